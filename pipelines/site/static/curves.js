// Figures of scores: joins a task's scores with its source's losses, as the tables do, and draws the fits.
"use strict";
(() => {
  const UNITS = { nats_per_token: "nats per token", bits_per_byte: "bits per byte",
    bits_per_char: "bits per character", nats_per_last_word: "nats per last word" };
  const KEY = ["source", "format", "metric", "n_shot"];

  const record = (task, fit) => Object.fromEntries(task.columns.map((name, place) => [name, fit.row[place]]));
  const pointsOf = (source, series, axis, colour) => {
    const losses = source.axes[axis].loss;
    const rows = [];
    let number = 0;
    series.score.forEach((score, place) => {
      number += series.steps[place] ?? 1;
      if (losses[number] === null) return;
      const run = source.runs[source.run[number]];
      const tokens = source.tokens[number];
      rows.push({
        checkpoint: `${run.run_id}@${tokens ?? "final"}`,
        loss: losses[number], score, params: run.params, tokens,
        compute_flop: source.compute_flop[number],
        group: colour in run ? run[colour] : run.training_corpus ?? run.family ?? source.source,
      });
    });
    return rows;
  };
  const lines = (curves) => Object.entries(curves).filter(([name]) => name !== "loss").flatMap(([line, scores]) =>
    scores.map((score, place) => ({ line, place, loss: curves.loss[place], score })));
  const pointValues = (points) => {
    const sizes = points.map((point) => point.params).filter((size) => size);
    const many = points.length > 800;
    return { point_size: many ? 14 : 30, point_opacity: many ? 0.45 : 0.75,
      params_ticks: sizes.length ? [...new Set([Math.min(...sizes), Math.max(...sizes)])] : [] };
  };
  const lossTitle = (axis) => `loss on ${axis.title} [${UNITS[axis.unit] ?? axis.unit}]`;

  // Gives the figure of one fit: the counterpart of curve_figure in pipelines/figures/curve.py.
  const curveFigure = (task, series, fit, { colour = "size", all = false, template, height = 340 } = {}) => {
    const source = WAREHOUSE.sources[series.source];
    const axis = source.axes[fit.axis];
    const row = record(task, fit);
    const points = pointsOf(source, series, fit.axis, colour);
    const losses = points.map((point) => point.loss);
    return {
      template: template ?? (colour === "size" ? "curve_size" : "curve_group"),
      description: `${series.task_title}: score against loss, ${points.length} checkpoints. ${row.verdict}: ${row.reason}`,
      values: {
        title: "", loss_title: lossTitle(axis), score_title: series.metric_title, height,
        group_title: colour.replaceAll("_", " "),
        loss_domain: all || row.loss_min === null ? [Math.min(...losses), Math.max(...losses)] : [row.loss_min, row.loss_max],
        ...pointValues(points),
      },
      rows: {
        points,
        curves: lines(fit.curves),
        departures: row.loss_at_2_points === null ? []
          : [{ departure: row.loss_at_2_points, low: row.loss_at_2_points_low, high: row.loss_at_2_points_high }],
        levels: ["floor", "chance"].filter((line) => row[line] !== null).map((line) => ({ line, score: row[line] })),
        onsets: fit.onsets.map(([run, rule, loss_before, loss_after]) => (
          { run_id: source.runs[run].run_id, rule, loss_before, loss_after })),
      },
    };
  };

  const sizeFigure = (task, series, fit, x) => {
    const titles = { params: "parameters", tokens: "training tokens", compute_flop: "training compute [FLOP]" };
    const points = pointsOf(WAREHOUSE.sources[series.source], series, fit.axis, "size").filter((point) => point[x] > 0);
    const row = record(task, fit);
    const sizes = (fit.sizes ?? []).filter((size) => size.x === x);
    return {
      template: "size", description: `score against ${titles[x]}, ${points.length} checkpoints`,
      values: { title: "", x, x_title: titles[x], score_title: series.metric_title, height: 260, ...pointValues(points) },
      rows: { points, sizes, levels: row.chance === null ? [] : [{ line: "chance", score: row.chance }] },
    };
  };

  const read = async (element) => {
    await Promise.all([WAREHOUSE.load(element.dataset.taskFile), ...(element.dataset.sourceFiles ?? "").split(" ")
      .filter(Boolean).map((address) => WAREHOUSE.load(address))]);
    return WAREHOUSE.tasks[element.dataset.task];
  };

  const number = (value, digits = 3) => (value === null || value === undefined ? "–"
    : value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−"));
  const between = (low, high) => (low === null && high === null ? "" : ` [${number(low)}, ${number(high)}]`);
  const dispute = (row) => (row.chance_disputed ? ", in dispute" : "");
  const facts = (row) => [
    ["2 points above its floor at", row.loss_at_2_points === null ? "–"
      : number(row.loss_at_2_points) + between(row.loss_at_2_points_low, row.loss_at_2_points_high)],
    ["5 points above it at", row.loss_at_5_points === null ? "–"
      : number(row.loss_at_5_points) + between(row.loss_at_5_points_low, row.loss_at_5_points_high)],
    ["2 points above chance at", row.loss_at_2_points_above_chance === null ? "–"
      : number(row.loss_at_2_points_above_chance)
        + between(row.loss_at_2_points_above_chance_low, row.loss_at_2_points_above_chance_high) + dispute(row)],
    ["η, where located", row.eta === null ? "–" : number(row.eta) + between(row.eta_low, row.eta_high)],
    ["η over all forms", row.eta_by_form_min === null ? "–" : `${number(row.eta_by_form_min)} to ${number(row.eta_by_form_max)}`],
    ["form, power", row.form === null ? "–" : `${row.form}, ${number(row.power, 2)}`],
    ["width, 10 to 90 %", row.width === null ? "–" : number(row.width) + between(row.width_low, row.width_high)],
    ["floor", row.floor === null ? "–" : number(row.floor) + between(row.floor_low, row.floor_high)],
    ["chance", number(row.chance) + dispute(row)],
    ["p, threshold against none", row.p_threshold === null ? "–" : row.p_threshold.toPrecision(2)],
    ["p, lack of fit of the threshold", row.p_fit === null ? "–" : row.p_fit.toPrecision(2)],
    ["R² threshold / smooth / line / monotone", ["r2_threshold", "r2_smooth", "r2_linear", "r2_isotonic"]
      .map((name) => number(row[name], 2)).join(" / ")],
    ["checkpoints above / below the departure", `${row.n_above ?? "–"} / ${row.n_below ?? "–"}`],
    ["checkpoints, runs", `${row.n_checkpoints}, ${row.n_runs}`],
    ["intervals", `${row.inference?.replace("_", " ") ?? "–"}, ${Math.round(100 * row.confidence)} %`],
    ["status", row.status],
  ];
  const sql = (row) => {
    const quote = (text) => `'${text.replaceAll("'", "''")}'`;
    return `select * from loss_scores\nwhere series_id = ${quote(row.series_id)}`;
  };

  // The task page: one figure that follows the controls, and the address that names its choice.
  const focus = document.getElementById("focus");
  if (focus) {
    const form = focus.querySelector("form");
    const controls = form.elements;
    let task;
    const shots = (count) => (count === null ? "shots not stated" : count === 1 ? "1 shot" : `${count} shots`);
    const name = (series) => `${series.source} · ${series.format} · ${series.metric} · ${shots(series.n_shot)}`;
    const option = (value, text) => new Option(text, value);
    const series = () => task.series[Number(controls.series.value)];
    const fit = () => series().fits.find((one) => one.axis === Number(controls.axis.value)) ?? series().fits[0];
    const fillAxes = (wished) => {
      const axes = WAREHOUSE.sources[series().source].axes;
      controls.axis.replaceChildren(...series().fits.map((one) => option(one.axis, `${axes[one.axis].title} [${UNITS[axes[one.axis].unit] ?? axes[one.axis].unit}]`)));
      if (series().fits.some((one) => one.axis === wished)) controls.axis.value = wished;
      else {
        const best = [...series().fits].sort((a, b) => (record(task, b).r2_isotonic ?? -1) - (record(task, a).r2_isotonic ?? -1));
        controls.axis.value = best[0].axis;
      }
    };
    const address = (fitted) => WAREHOUSE.address(record(task, fitted).series_id);
    const show = (keep) => {
      const row = record(task, fit());
      if (keep) history.replaceState(null, "", `#${address(fit())}`);
      const verdict = focus.querySelector("[data-verdict]");
      verdict.textContent = row.verdict.replaceAll("_", " ");
      verdict.className = `verdict v-${row.verdict}`;
      focus.querySelector("[data-reason]").textContent = row.reason;
      focus.querySelector("[data-facts]").replaceChildren(...facts(row).map(([term, text]) => {
        const box = document.createElement("div");
        const dt = document.createElement("dt");
        const dd = document.createElement("dd");
        dt.textContent = term;
        dd.textContent = text;
        box.append(dt, dd);
        return box;
      }));
      focus.querySelector("[data-sql]").textContent = sql(row);
      WAREHOUSE.draw(focus.querySelector("#curve .canvas"),
        curveFigure(task, series(), fit(), { colour: controls.colour.value, all: controls.all.checked, height: 380 }));
      WAREHOUSE.draw(focus.querySelector("#size .canvas"), sizeFigure(task, series(), fit(), controls.x.value));
    };
    const follow = () => {
      const named = decodeURIComponent(location.hash.slice(1));
      for (const [place, one] of task.series.entries()) {
        const wished = one.fits.find((fitted) => record(task, fitted).series_id === named);
        if (!wished) continue;
        controls.series.value = place;
        fillAxes(wished.axis);
        return true;
      }
      return false;
    };
    const cell = (text, kind = "") => {
      const made = document.createElement("td");
      made.className = kind;
      made.append(text ?? "");
      return made;
    };
    const listed = (fitted) => {
      const row = record(task, fitted);
      const link = document.createElement("a");
      link.href = `#${address(fitted)}`;
      link.textContent = row.corpus;
      const verdict = document.createElement("span");
      verdict.className = `verdict v-${row.verdict}`;
      verdict.textContent = row.verdict.replaceAll("_", " ");
      const limits = row.loss_at_2_points_low === null ? "–"
        : between(row.loss_at_2_points_low, row.loss_at_2_points_high).trim();
      const line = document.createElement("tr");
      line.append(cell(row.source), cell(row.format), cell(row.metric), cell(row.n_shot, "n"), cell(link),
        cell(verdict, "tight"), cell(number(row.loss_at_2_points), "n"), cell(limits, "n"), cell(number(row.eta), "n"),
        cell(number(row.r2_isotonic, 2), "n"), cell(row.n_checkpoints, "n"), cell(row.n_runs, "n"), cell(row.reason, "wide"));
      return line;
    };
    read(focus).then((loaded) => {
      task = loaded;
      document.querySelector("[data-fits]").append(
        ...task.series.flatMap((one) => one.fits.map(listed)));
      controls.series.replaceChildren(...task.series.map((one, place) => option(place, name(one))));
      const preferred = Number(focus.dataset.first);
      controls.series.value = preferred;
      if (!follow()) fillAxes(Number(focus.dataset.firstAxis));
      // One size makes no axis; its tokens do.
      const sizes = new Set(pointsOf(WAREHOUSE.sources[series().source], series(), fit().axis, "size").map((point) => point.params));
      if (sizes.size < 2) controls.x.value = "tokens";
      show(false);
      form.addEventListener("input", (event) => {
        if (event.target === controls.series) fillAxes(Number(controls.axis.value));
        show(true);
      });
      addEventListener("hashchange", () => { if (follow()) { show(false); focus.scrollIntoView(); } });
    });
  }

  // Panels: small multiples, each drawn when it comes into view, all on the axis that the form names.
  const form = document.querySelector("form.panels-form");
  const choose = (panel, task) => {
    const series = task.series[task.series.findIndex((one) => KEY.every((key) => String(one[key] ?? "") === (panel.dataset[`key_${key}`] ?? "")))];
    const wished = form?.elements.axis?.value;
    const fit = series.fits.find((one) => String(one.axis) === (wished || panel.dataset.axis)) ?? series.fits[0];
    return [series, fit];
  };
  const redraw = async (panel) => {
    const task = await read(panel);
    const [series, fit] = choose(panel, task);
    const row = record(task, fit);
    const verdict = panel.querySelector(".verdict");
    verdict.textContent = row.verdict.replaceAll("_", " ");
    verdict.className = `verdict v-${row.verdict}`;
    panel.dataset.verdict = row.verdict;
    const departure = row.loss_at_2_points;
    panel.dataset.departure = departure ?? "";
    panel.querySelector("[data-number]").textContent = departure === null ? ""
      : `+2 points at ${number(departure, 2)} [${number(row.loss_at_2_points_low, 2)}, ${number(row.loss_at_2_points_high, 2)}]`;
    panel.querySelector("h3 a").hash = `#${WAREHOUSE.address(row.series_id)}`;
    return curveFigure(task, series, fit, { template: "panel", height: 150 });
  };
  const paint = async (panel) => {
    const figure = await redraw(panel);
    figure.values.score_title = null;
    figure.values.loss_title = null;
    figure.values.point_size = 8;
    WAREHOUSE.draw(panel.querySelector(".canvas"), figure);
  };
  const panels = [...document.querySelectorAll(".panel")];
  panels.forEach((panel) => WAREHOUSE.watch(panel.querySelector(".canvas"), () => paint(panel)));
  form?.elements.axis?.addEventListener("input", async () => {
    await Promise.all(panels.map((panel) => (panel.querySelector(".canvas").view ? paint(panel) : redraw(panel))));
    form.dispatchEvent(new Event("refilter"));
  });
})();
