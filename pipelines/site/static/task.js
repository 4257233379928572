// The page of a task: chips choose the setting, the address holds all of it, and everything below follows.
"use strict";
(() => {
  const { record, curveFigure, sizeFigure, pointsOf, number, between, departureText, shots, unit, verdictMark, SETTING, AXIS } = WAREHOUSE.curves;
  const { take, count, breakable } = WAREHOUSE;
  const focus = document.getElementById("focus");
  const DIMENSIONS = ["source", ...SETTING];
  const VIEW = { x: "loss", colour: "size", run: "", all: "" };
  const $ = (name) => document.querySelector(`[data-${name}]`);
  const canvas = focus.querySelector("#curve .canvas");
  let task;
  let series;
  let fit;
  let view = { ...VIEW };

  const source = () => WAREHOUSE.sources[series.source];
  const axis = () => source().axes[fit.axis];
  const row = () => record(task, fit);
  const address = () => {
    const more = new URLSearchParams(Object.entries(view).filter(([name, value]) => value && value !== VIEW[name]));
    return `#${WAREHOUSE.address(row().series_id)}${more.size ? `?${more}` : ""}`;
  };
  // What the page opens with.
  const first = () => {
    series = task.series[Number(focus.dataset.first)];
    fit = series.fits.find((one) => one.axis === Number(focus.dataset.firstAxis)) ?? series.fits[0];
    view = { ...VIEW };
    return true;
  };
  // Reads the address; false where it names nothing that is here.
  const follow = () => {
    if (!location.hash) return first();
    const [key, more = ""] = location.hash.slice(1).split("?");
    let named;
    try { named = decodeURIComponent(key); } catch { return false; }
    const asked = Object.fromEntries(new URLSearchParams(more));
    for (const one of task.series) {
      const wished = one.fits.find((fitted) => record(task, fitted).series_id === named);
      if (!wished) continue;
      series = one;
      fit = wished;
      view = { ...VIEW, ...Object.fromEntries(Object.entries(asked).filter(([name]) => name in VIEW)) };
      return true;
    }
    return false;
  };
  const go = () => { location.hash = address(); };

  const words = { source: (v) => v, format: (v) => WAREHOUSE.words.format[v] ?? v ?? "format not stated", metric: (v) => v, n_shot: shots };
  const labels = { source: "source", format: "format", metric: "metric", n_shot: "shots" };
  const chip = (text, isOn, call) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = text;
    button.setAttribute("aria-pressed", String(isOn));
    button.addEventListener("click", call);
    return button;
  };
  // The setting with this value that keeps most of what was chosen.
  const nearest = (dimension, value) => {
    const kept = (one) => DIMENSIONS.filter((name) => name !== dimension && one[name] === series[name]).length;
    return task.series.filter((one) => one[dimension] === value).sort((a, b) => kept(b) - kept(a))[0];
  };
  const sameAxis = (one) => {
    const wished = axis();
    const axes = WAREHOUSE.sources[one.source].axes;
    const best = (record1, record2) => (record(task, record2).r2_isotonic ?? -1) - (record(task, record1).r2_isotonic ?? -1);
    return one.fits.find((fitted) => AXIS.every((key) => axes[fitted.axis][key] === wished[key])) ?? [...one.fits].sort(best)[0];
  };
  const chips = () => {
    const before = document.activeElement?.dataset?.chip;
    $("chips").replaceChildren(...DIMENSIONS.map((dimension) => {
      const values = [...new Set(task.series.map((one) => one[dimension]))];
      const group = document.createElement("fieldset");
      const legend = document.createElement("legend");
      legend.textContent = labels[dimension];
      group.append(legend, ...values.map((value) => {
        const made = chip(words[dimension](value), series[dimension] === value, () => {
          const next = nearest(dimension, value);
          fit = sameAxis(next);
          series = next;
          view.run = "";
          go();
        });
        made.dataset.chip = `${dimension}:${value}`;
        return made;
      }));
      return group;
    }));
    if (before) document.querySelector(`[data-chip="${CSS.escape(before)}"]`)?.focus();
    const select = $("axis");
    select.replaceChildren(...series.fits.map((one) => {
      const of = source().axes[one.axis];
      const mark = record(task, one).verdict;
      return new Option(`${of.title} [${unit(of.unit)}]${of.tokenizer ? `, ${of.tokenizer}` : ""}: ${WAREHOUSE.words.verdict[mark] ?? mark}`, one.axis);
    }));
    select.value = fit.axis;
  };

  // As tall as ends the figure within a reader's first 700 pixels, its legend and axis counted.
  const [END, LEAST, MOST] = [696, 300, 460];
  const roomFor = (place) => Math.floor(Math.min(MOST, Math.max(LEAST, END - place.getBoundingClientRect().top - scrollY)));

  const figure = () => {
    const known = pointsOf(source(), series, fit.axis, "size");
    const isThere = (x) => x === "loss" || known.some((point) => point[x] > 0);
    [...$("x").options].forEach((option) => { option.disabled = !isThere(option.value); });
    const x = isThere(view.x) ? view.x : "loss";
    $("x").value = x;
    $("colour").value = view.colour;
    $("all").checked = Boolean(view.all);
    const isAlone = innerWidth <= 900; // Nothing stands beside it: it may be as tall as it likes.
    const height = isAlone ? 300 : roomFor(canvas);
    const drawn = x === "loss" ? curveFigure(task, series, fit, { colour: view.colour, all: Boolean(view.all), height })
      : sizeFigure(task, series, fit, x, { height });
    return { ...drawn, isWhole: !isAlone };
  };
  const pick = (run) => {
    if (!canvas.view) return;
    try { canvas.view.signal("picked", run).runAsync(); } catch { /* a figure without runs */ }
  };
  const runs = (drawn) => {
    const list = $("runs");
    const known = new Map();
    [...drawn.rows.own, ...drawn.rows.points].forEach((point) => {
      const run = known.get(point.run) ?? { n: 0, params: point.params, isOwn: drawn.rows.own.includes(point) };
      run.n += 1;
      known.set(point.run, run);
    });
    const order = [...known].sort(([a, x], [b, y]) => y.isOwn - x.isOwn || (x.params ?? 0) - (y.params ?? 0) || (a < b ? -1 : 1));
    const counted = `${known.size} ${known.size === 1 ? "run" : "runs"}`;
    document.querySelector("[data-n-runs]").textContent = `${counted} drawn`;
    list.replaceChildren(...order.map(([run, of]) => {
      const item = document.createElement("li");
      const button = chip(run.replace(`${series.source}/`, ""), view.run === run, () => { view.run = view.run === run ? "" : run; go(); });
      button.title = `${run}: ${of.n} checkpoints`;
      if (of.isOwn) button.classList.add("own");
      button.addEventListener("pointerenter", () => pick(run));
      button.addEventListener("focus", () => pick(run));
      button.addEventListener("pointerleave", () => pick(view.run));
      button.addEventListener("blur", () => pick(view.run));
      const more = document.createElement("a");
      more.href = `${document.body.dataset.root}run.html#${encodeURIComponent(run)}`;
      more.textContent = `${of.n}`;
      more.setAttribute("aria-label", `${run}: its page; ${of.n} checkpoints here`);
      item.append(button, more);
      return item;
    }));
  };

  const dl = (target, pairs) => target.replaceChildren(...pairs.map(([term, text]) => {
    const box = document.createElement("div");
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = term;
    dd.textContent = text;
    box.append(dt, dd);
    return box;
  }));
  const dispute = (of) => (of.chance_disputed ? ", in dispute" : "");
  const p = (value) => (value === null || value === undefined ? "–"
    : value < 0.001 ? "<0.001" : value > 0.999 ? ">0.999" : value.toFixed(3));
  // A floor whose interval ends below chance: leaving it is not yet to know anything.
  const isBelowChance = (of) => of.chance !== null && of.floor_high !== null && of.floor_high < of.chance;
  const aboveChance = (of) => {
    const step = of.step_in_points === false ? "2 % of its rise" : "2 points";
    return of.loss_at_2_points_above_chance === null ? `${step} above chance not shown`
      : `${step} above chance at ${number(of.loss_at_2_points_above_chance)}`;
  };
  const belowChance = (of) => ["floor below chance",
    `${number(of.floor)}, chance ${number(of.chance)}: ${aboveChance(of)}`];
  const facts = (of) => [
    [`${WAREHOUSE.curves.aboveFloor(of)} at`, number(of.loss_at_2_points) + between(of.loss_at_2_points_low, of.loss_at_2_points_high)
      + (of.loss_at_2_points === null || of.departs ? "" : "; not shown to leave its floor there")],
    ["η, where located", of.eta === null ? "not located" : number(of.eta) + between(of.eta_low, of.eta_high)],
    ["η over all forms", of.eta_by_form_min === null ? "–" : `${number(of.eta_by_form_min)} to ${number(of.eta_by_form_max)}`],
    ["runs, checkpoints judged", `${count(of.n_runs)}, ${count(of.n_checkpoints)}`],
    ...(isBelowChance(of) ? [belowChance(of)] : []),
  ];
  const more = (of) => [
    [`${WAREHOUSE.curves.aboveFloor(of, 5)} at`, number(of.loss_at_5_points) + between(of.loss_at_5_points_low, of.loss_at_5_points_high)],
    [`2 ${of.step_in_points === false ? "% of its rise" : "points"} above chance at`, number(of.loss_at_2_points_above_chance)
      + between(of.loss_at_2_points_above_chance_low, of.loss_at_2_points_above_chance_high) + dispute(of)],
    ["form, power", of.form === null ? "–" : `${of.form}, ${number(of.power, 2)}`],
    ["width, 10 to 90 %", number(of.width) + between(of.width_low, of.width_high)],
    ["floor", number(of.floor) + between(of.floor_low, of.floor_high)],
    ["chance", number(of.chance) + dispute(of)],
    ["p, threshold against none", p(of.p_threshold)],
    ["p, lack of fit of the threshold", p(of.p_fit)],
    ["R² threshold / smooth / line / monotone", ["r2_threshold", "r2_smooth", "r2_linear", "r2_isotonic"]
      .map((name) => number(of[name], 2)).join(" / ")],
    ["checkpoints above / below the departure", `${of.n_above ?? "–"} / ${of.n_below ?? "–"}`],
    ["intervals", `${of.inference?.replace("_", " ") ?? "–"}, ${of.confidence === null ? "–" : Math.round(100 * of.confidence)} %`],
    ["status", String(of.status ?? "–").replaceAll("_", " ")],
  ];
  // What was asked of the data, and what it answered: + passed, - failed, ? could not be asked.
  const evidence = () => $("evidence").replaceChildren(...WAREHOUSE.site.evidence.map(([label, shown], place) => {
    const mark = fit.checks[place];
    const item = document.createElement("li");
    item.className = { "+": "passed", "-": "failed" }[mark] ?? "unasked";
    const of = row();
    const said = shown.map((name) => of[name]).filter((value) => value !== null && value !== undefined && typeof value !== "boolean")
      .map((value) => (typeof value === "number" ? WAREHOUSE.short(value) : String(value)));
    const state = document.createElement("b");
    state.textContent = { "+": "passed", "-": "failed" }[mark] ?? "not asked";
    const found = document.createElement("span");
    found.className = "soft";
    found.textContent = said.length ? said.join(" · ") : "";
    item.append(state, ` ${label} `, found);
    return item;
  }));
  const sql = (of) => `select * from loss_scores\nwhere series_id = '${of.series_id.replaceAll("'", "''")}'`;
  const about = () => ({ ...take.head(source()), series_id: row().series_id, unit: unit(row().unit),
    loss_on: axis().title, tokenizer: axis().tokenizer, metric: series.metric_title ?? series.metric, from: location.href });
  // What speaks against a sentence belongs to it.
  const unshown = () => {
    const failed = WAREHOUSE.site.evidence.filter((_, place) => fit.checks[place] === "-").map(([label]) => label);
    return failed.length ? `Not shown: ${failed.join("; ")}. ` : "";
  };
  const cite = () => {
    const of = row();
    const isLocated = of.departs && of.loss_at_2_points !== null;
    return `${task.series[0].task_title} (${words.format(series.format)}, ${series.metric}, ${shots(series.n_shot)}), ${series.source}: `
      + `${WAREHOUSE.words.verdict[of.verdict] ?? of.verdict}${isLocated ? `; ${WAREHOUSE.curves.aboveFloor(of)} at ${number(of.loss_at_2_points)}${
        between(of.loss_at_2_points_low, of.loss_at_2_points_high)} ${unit(of.unit)} on ${axis().title}${
        of.loss_at_2_points_low === null || of.confidence === null ? "" : ` (${Math.round(100 * of.confidence)} % interval)`}` : ""}; `
      + `${of.n_checkpoints} checkpoints of ${of.n_runs} ${of.n_runs === 1 ? "run" : "runs"}. ${unshown()}`
      + `Data: ${source().citation ?? series.source}. Fit: emergence warehouse, release ${take.release}, ${of.series_id}.`;
  };

  const show = () => {
    const of = row();
    chips();
    const drawn = figure();
    document.querySelector("#curve").dataset.name = take.fileName(of.series_id, "").slice(0, -1);
    document.querySelector("#curve").about = about();
    WAREHOUSE.draw(canvas, drawn).then(() => pick(view.run));
    runs(drawn);
    $("verdict").replaceChildren(verdictMark(of.verdict));
    $("reason").textContent = `because: ${of.reason ?? "no reason is on record"}`;
    dl($("facts"), facts(of));
    dl($("more"), more(of));
    evidence();
    $("sql").textContent = sql(of);
    $("cite").textContent = cite();
    $("id").textContent = of.series_id;
    $("compare").href = `${document.body.dataset.root}compare.html#${others().map((id) => WAREHOUSE.address(id)).join("&")}`;
  };
  // This fit beside the best fit of every other source.
  const others = () => {
    const best = new Map([[series.source, fit]]);
    task.series.filter((one) => one.source !== series.source && one.format === series.format).forEach((one) => one.fits.forEach((fitted) => {
      const known = best.get(one.source);
      if (!known || (record(task, fitted).r2_isotonic ?? -1) > (record(task, known).r2_isotonic ?? -1)) best.set(one.source, fitted);
    }));
    return [...best.values()].slice(0, 6).map((fitted) => record(task, fitted).series_id);
  };
  const rowsOf = () => [...pointsOf(source(), series, fit.axis, "size")].map(({ group, ...point }) => ({ ...point, series_id: row().series_id }));
  const fitAsJson = () => {
    return { head: about(), fit: row(), curves: fit.curves, sizes: fit.sizes ?? [] };
  };

  const table = () => {
    const cell = (content, kind = "") => {
      const made = document.createElement("td");
      made.className = kind;
      made.append(content ?? "–");
      return made;
    };
    $("fits").append(...task.series.flatMap((one) => one.fits.map((fitted) => {
      const of = record(task, fitted);
      const link = document.createElement("a");
      link.href = `#${WAREHOUSE.address(of.series_id)}`;
      link.append(breakable(of.corpus));
      const where = document.createDocumentFragment();
      where.append(link, ` [${unit(of.unit)}]`);
      const line = document.createElement("tr");
      line.append(cell(breakable(of.source)), cell(of.format), cell(breakable(of.metric)), cell(of.n_shot, "n"), cell(where), cell(verdictMark(of.verdict), "tight"),
        cell(departureText(of).replace(", ", ",\u00a0"), "n limited"),
        cell(number(of.eta), "n"), cell(number(of.r2_isotonic, 2), "n"), cell(of.n_checkpoints, "n"), cell(of.n_runs, "n"), cell(of.reason, "wide"));
      return line;
    })));
  };

  Promise.all([WAREHOUSE.curves.read(focus), WAREHOUSE.load(`${document.body.dataset.root}data/evidence.js`)]).then(([loaded]) => {
    task = loaded;
    first();
    follow();
    show();
    table();
    $("axis").addEventListener("input", (event) => { fit = series.fits.find((one) => String(one.axis) === event.target.value); go(); });
    for (const name of ["x", "colour"]) $(name).addEventListener("input", (event) => { view[name] = event.target.value; go(); });
    $("all").addEventListener("input", (event) => { view.all = event.target.checked ? "1" : ""; go(); });
    $("rows").addEventListener("click", () => take.csvFile(take.fileName(row().series_id, "csv"), rowsOf(), about()));
    $("fit").addEventListener("click", () => take.jsonFile(take.fileName(row().series_id, "json"), fitAsJson()));
    addEventListener("hashchange", () => { if (follow()) show(); });
    WAREHOUSE.isReady = true;
  });
})();
