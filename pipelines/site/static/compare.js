// Fits beside each other: one figure an axis of loss, for losses of two axes are not the same number.
"use strict";
(() => {
  const { record, curveFigure, number, between, departureText, isDeparture, shots, unit, verdictMark, AXIS } = WAREHOUSE.curves;
  const place = document.getElementById("compared");
  const root = document.body.dataset.root;
  const MOST = 12;
  const wished = () => location.hash.slice(1).split("&").filter(Boolean).slice(0, MOST).map((key) => {
    try { return decodeURIComponent(key); } catch { return key; }
  });
  const element = (name, text, className = "") => {
    const made = document.createElement(name);
    if (text !== undefined) made.append(text);
    made.className = className;
    return made;
  };
  const nothing = () => {
    const told = element("p", "Nothing is chosen yet: tick fits in the ");
    const explorer = element("a", "explorer");
    explorer.href = "thresholds.html";
    told.append(explorer, ", or press compare on a task's page.");
    return told;
  };
  const load = async (id) => {
    const known = WAREHOUSE.site.fits.byId.get(id);
    if (!known) return null;
    await Promise.all([WAREHOUSE.load(root + known.file.replace("task/", "data/task-").replace(/html$/, "js")),
      WAREHOUSE.load(root + WAREHOUSE.site.fits.files[known.source])]);
    const task = WAREHOUSE.tasks[known.task];
    for (const series of task.series) {
      const fit = series.fits.find((one) => record(task, one).series_id === id);
      if (fit) return { id, known, task, series, fit, row: record(task, fit), axis: WAREHOUSE.sources[series.source].axes[fit.axis] };
    }
    return null;
  };
  const label = (one) => `${one.series.task_title} · ${one.series.source} · ${one.series.format ?? "–"} · ${one.series.metric} · ${shots(one.series.n_shot)}`;
  const together = (members) => {
    const figures = members.map((one) => ({ one, figure: curveFigure(one.task, one.series, one.fit, { colour: "run_id", height: 320 }) }));
    const [first] = figures;
    if (figures.length === 1) return curveFigure(first.one.task, first.one.series, first.one.fit, { height: 320 });
    const names = members.map(label);
    const points = figures.flatMap(({ one, figure }) => figure.rows.points.map((point) => ({ ...point, group: label(one) })));
    const domains = figures.map(({ figure }) => figure.values.loss_domain);
    first.figure.description = `${names.join("; ")}: scores against ${first.figure.values.loss_title}`;
    Object.assign(first.figure.values, { group_title: "fit", groups: names,
      group_colours: ["#2f7fbf", "#d55e00", "#9c00e4", "#546090", "#fc30f0", "#c0846c", "#3c90fc", "#b43c00", "#767676", "#1f7a4d", "#6b4e00", "#00797a"],
      score_title: new Set(members.map((one) => one.series.metric)).size > 1 ? "score" : first.figure.values.score_title,
      loss_domain: [Math.min(...domains.map(([low]) => low)), Math.max(...domains.map(([, high]) => high))] });
    first.figure.rows = { points, own: [], curves: [], etas: [], onsets: [], onset_names: [], levels: [],
      departures: figures.flatMap(({ figure }) => figure.rows.departures.map((row) => ({ ...row, text: "" }))) };
    return first.figure;
  };
  const table = (members) => {
    const wrap = element("div", undefined, "table");
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", "the fits compared");
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    for (const name of ["task", "source", "format", "metric", "shots", "verdict", "+2 points at", "η", "η over forms", "runs", "checkpoints", ""]) {
      const th = element("th", name);
      th.scope = "col";
      head.append(th);
    }
    const body = made.createTBody();
    members.forEach(({ row, known, series, id }) => {
      const line = body.insertRow();
      const link = element("a", series.task_title);
      link.href = `${root}${known.file}#${WAREHOUSE.address(id)}`;
      const away = element("button", "remove");
      away.type = "button";
      away.addEventListener("click", () => { location.hash = wished().filter((other) => other !== id).map((other) => WAREHOUSE.address(other)).join("&"); });
      for (const cell of [link, row.source, row.format, row.metric, shots(row.n_shot), verdictMark(row.verdict),
        departureText(row),
        number(row.eta) + between(row.eta_low, row.eta_high),
        row.eta_by_form_min === null ? "–" : `${number(row.eta_by_form_min)} to ${number(row.eta_by_form_max)}`, row.n_runs, row.n_checkpoints, away]) {
        line.insertCell().append(cell ?? "–");
      }
    });
    wrap.append(made);
    return wrap;
  };
  const show = async () => {
    const found = (await Promise.all(wished().map(load))).filter(Boolean);
    const axes = new Map();
    found.forEach((one) => {
      const key = JSON.stringify(AXIS.map((name) => one.axis[name]));
      axes.set(key, [...(axes.get(key) ?? []), one]);
    });
    place.replaceChildren(...(found.length ? [] : [nothing()]));
    if (axes.size > 1) place.append(element("p", `${axes.size} axes of loss: their losses are not the same number, so each has a figure of its own.`, "say"));
    for (const members of axes.values()) {
      place.append(element("h2", `loss on ${members[0].axis.title} [${unit(members[0].axis.unit)}]`));
      const figure = element("figure", undefined, "chart");
      figure.dataset.name = `compare-${members[0].axis.corpus}`;
      const canvas = element("div", undefined, "canvas");
      const save = element("div", undefined, "save");
      for (const kind of ["png", "svg", "csv"]) {
        const button = element("button", kind.toUpperCase());
        button.type = "button";
        button.dataset.save = kind;
        save.append(button);
      }
      figure.append(canvas, save);
      if (members.some(({ row }) => isDeparture(row))) {
        figure.append(element("figcaption", "Orange: where each stands 2 points above its floor, with its interval."));
      }
      place.append(figure, table(members));
      WAREHOUSE.draw(canvas, together(members));
    }
    WAREHOUSE.isReady = true;
  };
  WAREHOUSE.load(`${root}data/fits.js`).then(() => { WAREHOUSE.unpackFits(); show(); });
  addEventListener("hashchange", show);
})();
