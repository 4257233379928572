// Figures of scores: joins a task's scores with its source's losses, as the tables do, and draws the fits.
"use strict";
WAREHOUSE.curves = (() => {
  const { number, shots } = WAREHOUSE;
  const OWN = "own";
  const ETA_Y = 40;
  const GROUPS = ["#2f7fbf", "#d55e00", "#9c00e4", "#546090", "#fc30f0", "#c0846c", "#3c90fc", "#b43c00"];
  const GRADIENT = ["#7b6be0", "#3d8bd0", "#1fa187", "#7fb83a", "#d9a400"];
  const SETTING = ["format", "metric", "n_shot"];
  const AXIS = ["corpus", "unit", "comparability_group"];

  const record = (task, fit) => {
    const row = Object.fromEntries(task.columns.map((name, place) => [name, fit.row[place]]));
    row.series_id ??= WAREHOUSE.keyOf(row);
    return row;
  };
  const unit = (name) => WAREHOUSE.words.unit[name] ?? String(name ?? "unit not stated").replaceAll("_", " ");
  const pointsOf = (source, series, axis, colour) => {
    const losses = source.axes[axis].loss;
    const rows = [];
    let number = 0;
    series.score.forEach((score, place) => {
      number += series.steps[place] ?? 1;
      if (losses[number] === null || losses[number] === undefined) return;
      const run = source.runs[source.run[number]];
      const tokens = source.tokens[number];
      rows.push({
        checkpoint: `${run.run_id}@${tokens ?? "final"}`, run: run.run_id,
        loss: losses[number], score, params: run.params, tokens,
        compute_flop: source.compute_flop[number],
        group: String((colour in run ? run[colour] : run.training_corpus ?? run.family) ?? source.source),
      });
    });
    return rows;
  };
  const lines = (curves) => Object.entries(curves).filter(([name]) => name !== "loss").flatMap(([line, scores]) =>
    scores.map((score, place) => ({ line, place, loss: curves.loss[place], score })));
  const between = (low, high, digits = 3) => (low === null || high === null || low === undefined ? ""
    : ` [${number(low, digits)}, ${number(high, digits)}]`);

  const mix = (one, other, share) => `#${[1, 3, 5].map((at) => Math.round(parseInt(one.slice(at, at + 2), 16) * (1 - share)
    + parseInt(other.slice(at, at + 2), 16) * share).toString(16).padStart(2, "0")).join("")}`;
  // Few groups get a colour each; many stand along one gradient, so that none comes twice.
  const groupColours = (groups) => (groups.length <= GROUPS.length ? GROUPS.slice(0, groups.length)
    : groups.map((_, place) => {
      const at = place / (groups.length - 1) * (GRADIENT.length - 1);
      const left = Math.min(Math.floor(at), GRADIENT.length - 2);
      return mix(GRADIENT[left], GRADIENT[left + 1], at - left);
    }));
  const pointValues = (points) => {
    const sizes = points.map((point) => point.params).filter((size) => size);
    const many = points.length > 800;
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    const order = [...points].sort((a, b) => (a.params ?? 0) - (b.params ?? 0) || (a.group < b.group ? -1 : 1));
    const groups = [...new Set(order.map((point) => point.group))];
    return { point_size: many ? 14 : 30, point_opacity: many ? 0.45 : 0.75, groups, group_colours: groupColours(groups),
      params_ticks: !sizes.length ? [] : most > 3 * least ? [least, most] : [most] };
  };
  const lossTitle = (axis) => `loss on ${axis.title} [${unit(axis.unit)}]`;
  const levelRows = (row) => {
    const isBelow = row.floor !== null && row.chance !== null && row.floor < row.chance;
    const sides = { floor: isBelow ? "top" : "bottom", chance: isBelow ? "bottom" : "top" };
    return ["floor", "chance"].filter((line) => row[line] !== null)
      .map((line) => ({ line, score: row[line], side: sides[line], text: `${line} ${number(row[line])}` }));
  };
  // In points where the score is in points, else as a share of its rise.
  const aboveFloor = (row, step = 2) => (row.step_in_points === false ? `${step} % of its rise off its floor` : `${step} points above its floor`);
  const stepWords = (row) => (row.step_in_points === false ? "+2 % of its rise" : "+2 points");
  // A departure loss counts where a score is shown to leave its floor, and nowhere else.
  const isDeparture = (row) => Boolean(row.departs) && row.loss_at_2_points !== null;
  const departureText = (row, digits = 3) => (isDeparture(row)
    ? number(row.loss_at_2_points, digits) + between(row.loss_at_2_points_low, row.loss_at_2_points_high, digits) : "–");
  const etaText = (row) => `η ${number(row.eta, 2)}${between(row.eta_low, row.eta_high, 2)}${
    row.eta_by_form_min === null ? "" : `; over forms ${number(row.eta_by_form_min, 2)} to ${number(row.eta_by_form_max, 2)}`}`;

  // One's own runs in the same setting and on the same axis, to lie over the published curve.
  const ownPoints = (task, series, fit, colour) => {
    const source = WAREHOUSE.sources[OWN];
    if (series.source === OWN || !source) return [];
    const axis = WAREHOUSE.sources[series.source].axes[fit.axis];
    return task.series.filter((one) => one.source === OWN && SETTING.every((key) => one[key] === series[key]))
      .flatMap((one) => {
        const place = source.axes.findIndex((other) => AXIS.every((key) => other[key] === axis[key]));
        return place < 0 ? [] : pointsOf(source, one, place, colour);
      });
  };

  // Gives the figure of one fit: the counterpart of curve_figure in pipelines/figures/curve.py.
  const curveFigure = (task, series, fit, { colour = "size", all = false, template, height = 340 } = {}) => {
    const axis = WAREHOUSE.sources[series.source].axes[fit.axis];
    const row = record(task, fit);
    const points = pointsOf(WAREHOUSE.sources[series.source], series, fit.axis, colour);
    const own = ownPoints(task, series, fit, colour);
    const losses = [...points, ...own].map((point) => point.loss);
    const domain = all || row.loss_min === null || row.loss_max === null ? [Math.min(...losses), Math.max(...losses)]
      : [Math.min(row.loss_min, ...own.map((point) => point.loss)), row.loss_max];
    const at = row.loss_at_2_points;
    const along = at === null ? 0 : (domain[1] - at) / (domain[1] - domain[0] || 1);
    const [align, dx] = along < 1 / 3 ? ["left", 4] : along > 2 / 3 ? ["right", -4] : ["center", 0];
    const onsets = fit.onsets.map(([run, rule, loss_before, loss_after]) => (
      { run_id: WAREHOUSE.sources[series.source].runs[run].run_id, rule, loss_before, loss_after }));
    return {
      template: template ?? (colour === "size" ? "curve_size" : "curve_group"),
      description: `${series.task_title}: score against loss, ${points.length} checkpoints. ${row.verdict}: ${row.reason}`,
      values: {
        title: "", loss_title: lossTitle(axis), score_title: series.metric_title ?? series.metric, height, eta_y: ETA_Y,
        group_title: colour.replaceAll("_", " "), loss_domain: domain,
        departure_align: align, departure_dx: dx, ...pointValues(points),
      },
      rows: {
        points, own,
        curves: lines(fit.curves),
        departures: !isDeparture(row) ? [] : [{ departure: at, low: row.loss_at_2_points_low, high: row.loss_at_2_points_high,
          text: `${aboveFloor(row)}: ${number(at, 2)}${between(row.loss_at_2_points_low, row.loss_at_2_points_high, 2)}` }],
        etas: row.eta === null ? [] : [{ eta: row.eta, low: row.eta_low, high: row.eta_high,
          form_low: row.eta_by_form_min, form_high: row.eta_by_form_max, text: etaText(row) }],
        levels: levelRows(row),
        onsets,
        onset_names: onsets.length ? [{ text: "bars: where each run leaves its floor" }] : [],
      },
    };
  };

  const TITLES = { params: "parameters", tokens: "training tokens", compute_flop: "training compute [FLOP]" };
  const sizeFigure = (task, series, fit, x, { height = 340 } = {}) => {
    const has = (point) => point[x] > 0;
    const points = pointsOf(WAREHOUSE.sources[series.source], series, fit.axis, "size").filter(has);
    const row = record(task, fit);
    return {
      template: "size", description: `score against ${TITLES[x]}, ${points.length} checkpoints`,
      values: { title: "", x, x_title: TITLES[x], score_title: series.metric_title ?? series.metric, height, ...pointValues(points) },
      rows: { points, own: ownPoints(task, series, fit, "size").filter(has),
        sizes: (fit.sizes ?? []).filter((size) => size.x === x), levels: levelRows({ ...row, floor: null }) },
    };
  };

  const read = async (element) => {
    await Promise.all([element.dataset.taskFile, ...(element.dataset.sourceFiles ?? "").split(" ")]
      .filter(Boolean).map((address) => WAREHOUSE.load(address)));
    return WAREHOUSE.tasks[element.dataset.task];
  };
  const verdictMark = (name) => {
    const mark = document.createElement("span");
    mark.className = `verdict v-${name}`;
    mark.textContent = WAREHOUSE.words.verdict[name] ?? String(name).replaceAll("_", " ");
    return mark;
  };
  return { record, pointsOf, curveFigure, sizeFigure, read, number, between, shots, unit, verdictMark, aboveFloor, stepWords, isDeparture, departureText, TITLES, SETTING, AXIS };
})();
