// A run or a model: every task beside the curve of its source, residuals as a map, and how its newest checkpoint does.
"use strict";
(() => {
  const { number, between, shots, verdictMark } = WAREHOUSE.curves;
  const OWN = "own";
  const place = document.getElementById("run");
  const root = document.body.dataset.root;
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.append(text);
    if (className) made.className = className;
    return made;
  };
  const big = (value) => {
    if (value === null || value === undefined) return "–";
    const [limit, letter] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"], [0, ""]].find(([least]) => value >= least);
    return limit ? `${Number((value / limit).toPrecision(3))} ${letter}` : String(value);
  };
  const link = (address, text) => { const made = element("a", text); made.href = address; return made; };
  const NUMBERS = new Set(["parameters", "tokens", "checkpoints", "tasks", "loss", "score", "curve"]);
  const table = (heads, lines, name) => {
    const wrap = element("div", undefined, "table");
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", name);
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    const kind = (text) => (NUMBERS.has(text) ? "n" : "");
    heads.forEach((text) => { const th = element("th", text, kind(text)); th.scope = "col"; head.append(th); });
    const body = made.createTBody();
    lines.forEach((cells) => { const line = body.insertRow(); cells.forEach((cell, at) => { const made = line.insertCell(); made.className = kind(heads[at]); made.append(cell ?? "–"); }); });
    wrap.append(made);
    return wrap;
  };
  // How far a score lies from the curve, in its spread: blue below, orange above, grey within.
  const COLOURS = ["#1d5c96", "#5b93c4", "#b9c3cc", "#e0965f", "#b34700"];
  const WORDS = ["far below", "below", "within", "above", "far above"];
  const level = (z) => (z < -2.5 ? 0 : z < -1.25 ? 1 : z <= 1.25 ? 2 : z <= 2.5 ? 3 : 4);
  const map = (settings, rows) => {
    const tokens = [...new Set(rows.flatMap(([, points]) => points.map(([at]) => at)))].sort((a, b) => (a ?? 0) - (b ?? 0));
    const heads = ["task", ...tokens.map((at) => (at === null ? "final" : big(at)))];
    const lines = rows.map(([at, points]) => {
      const byTokens = new Map(points.map((point) => [point[0], point]));
      const [, title, format, , nShot] = settings[at];
      return [[title, format, shots(nShot)].filter(Boolean).join(" · "), ...tokens.map((one) => {
        const point = byTokens.get(one);
        if (!point || point[3] === null || !point[4]) return "";
        const z = (point[2] - point[3]) / point[4];
        const cell = element("span", ["▼▼", "▼", "·", "▲", "▲▲"][level(z)], `cell z${level(z)}${point[5] ? " off" : ""}`);
        cell.title = `${settings[at][1]} at ${big(one)} tokens: ${number(point[2])}, the curve ${number(point[3])} ± ${number(point[4])}; ${WORDS[level(z)]}${point[5] ? "; off, by the other runs alone" : ""}`;
        return cell;
      })];
    });
    const made = table(heads, lines, "residuals, task by tokens");
    made.classList.add("map");
    return made;
  };
  // A run of one's own, as `emergence compare` holds it; what fell off first.
  const HEADS = ["task", "format", "metric", "shots", "curve of", "loss on", "loss", "score", "curve", "fell off"];
  const againstOthers = (rows) => table(HEADS, rows.map((row) => {
    const [task, format, metric, nShot, source, corpus, loss, score, expected, low, high, isOff] = row;
    const curve = `${number(expected)}${between(low, high)}`;
    return [task, format, metric, shots(nShot), source, corpus, number(loss), number(score), curve, isOff ? "yes" : "no"];
  }), "newest checkpoint beside the curves of others");
  const unmet = (source, run) => (source === OWN
    ? "No curve of other sources reaches its newest checkpoint: corpus, unit and tokenizer decide on which axis "
      + `its losses are; emergence compare ${run} accounts for every score.`
    : "None of its scores meets a curve on the loss that its source is shown on; "
      + `emergence compare ${run} holds them against those on every loss.`);
  const showRun = async (source, info) => {
    await Promise.all([WAREHOUSE.load(`${root}${WAREHOUSE.site.runs.files[source]}`), WAREHOUSE.load(`${root}data/fits.js`)]);
    WAREHOUSE.unpackFits();
    const { series, runs } = WAREHOUSE.runs[source];
    const rows = (runs[info.run_id] ?? []).map(([at, points]) => [at, points.map(([millions, ...rest]) => [millions === null ? null : millions * 1e6, ...rest])]);
    const beside = WAREHOUSE.site.runs.compared[info.run_id];
    const off = (beside ?? []).filter((one) => one.at(-1)).length;
    const last = rows.map(([at, points]) => [at, points.at(-1)]).filter(([, point]) => point[3] !== null && point[4]);
    const z = ([, point]) => (point[2] - point[3]) / point[4];
    const low = last.filter((one) => level(z(one)) < 2).length;
    const high = last.filter((one) => level(z(one)) > 2).length;
    const isNewest = info.fell_at !== null && info.fell_at === info.tokens;
    const earlier = info.n_fallen - (isNewest ? 1 : 0);
    const state = (isNewest ? "; taken together it fell off the other runs' curves." : ".")
      + (earlier ? ` ${earlier} earlier ${earlier === 1 ? "checkpoint" : "checkpoints"} fell off as a whole${isNewest ? "" : `, the last at ${big(info.fell_at)} tokens`}.` : "");
    place.replaceChildren(
      element("p", `${info.model ?? "model not stated"} · ${info.params === null ? "size not stated" : `${big(info.params)} parameters`} · ${info.n_checkpoints} ${info.n_checkpoints === 1 ? "checkpoint" : "checkpoints"}${info.tokens === null ? "" : ` to ${big(info.tokens)} tokens`} · trained on ${info.training_corpus ?? "a corpus not stated"}`, "soft"),
      ...(beside ? [element("p", `Its newest checkpoint fell off the curves of other sources in ${off} of ${beside.length} tasks.`, "sentence")] : []),
      ...(beside && !last.length ? [] : [element("p", last.length ? `${beside ? "Beside the runs of its own source, itself among them" : "Its newest checkpoint"}: ${last.length - low - high} of ${last.length} tasks within the curve's spread, ${high} above, ${low} below${state}`
        : unmet(source, info.run_id), beside ? "soft" : "sentence")]));
    const models = element("p");
    models.append(link(`#model=${encodeURIComponent(info.model ?? "")}`, "all runs of this model"), " · ", link(`${root}${WAREHOUSE.site.runs.pages[source]}`, `source ${source}`));
    place.append(models);
    if (beside) {
      place.append(element("h2", "Its newest checkpoint beside the curves of others"), againstOthers(beside),
        element("p", "The curve that other runs draw, at this run's loss, with its 99 % interval; off by a p adjusted over all of these. ", "small soft"));
      place.lastChild.append(element("code", `emergence compare ${info.run_id}`), " tells of every checkpoint.");
    }
    if (!rows.length) return;
    place.append(element("h2", "Residuals, task by tokens"),
      element("p", "How far each score lies from the curve that all runs of its source draw (this one among them): ▲ above by more than 1.25 of its spread, ▲▲ 2.5; ▼ below. Ringed: outside the 99 % interval of the other runs alone. Losses of one axis.", "small soft"),
      map(series, rows), element("h2", "Every task of its newest checkpoint"));
    const take = element("button", "rows, CSV");
    take.type = "button";
    take.dataset.rows = "";
    take.addEventListener("click", () => WAREHOUSE.take.csvFile(WAREHOUSE.take.fileName(info.run_id, "csv"),
      rows.flatMap(([at, points]) => points.map(([tokens, loss, score, expected, sd, off]) => ({ run_id: info.run_id, series_id: series[at][0], tokens, loss, score, expected, sd, is_off: Boolean(off) }))),
      { release: WAREHOUSE.take.release, source, run: info.run_id, licence: WAREHOUSE.site.runs.licences[source], unit: "score as its metric; loss as named by series_id" }));
    place.append(table(["task", "format", "metric", "shots", "loss", "score", "curve", "apart", "verdict of the task"],
      last.sort((a, b) => z(a) - z(b)).map((one) => {
        const [at, [, loss, score, expected, sd]] = one;
        const [id, title, format, metric, nShot, file] = series[at];
        return [link(`${root}${file}#${WAREHOUSE.address(id)}?run=${encodeURIComponent(info.run_id)}`, title), format, metric, shots(nShot), number(loss), number(score),
          `${number(expected)} ± ${number(sd)}`, WORDS[level(z(one))], verdictMark(WAREHOUSE.site.fits.byId.get(id)?.verdict)];
      }), "tasks of the newest checkpoint"), take);
  };
  const all = () => Object.entries(WAREHOUSE.site.runs.runs).flatMap(([source, list]) => list.map((info) => [source, info]));
  const list = (known) => table(["run", "model", "source", "parameters", "tokens", "checkpoints", "tasks"], known.map(([source, info]) => [
    link(`#${encodeURIComponent(info.run_id)}`, info.run_id), info.model, source, big(info.params), big(info.tokens), info.n_checkpoints, info.n_tasks]), "runs");
  const plain = (text) => String(text ?? "").toLowerCase();
  const MOST = 40;
  // All runs, narrowed by what is typed; the first of them, until all are asked for.
  const browse = (known) => {
    const label = element("label", "search by run, model, family, source or corpus");
    const field = document.createElement("input");
    field.type = "search";
    label.append(field);
    const form = element("form", label, "controls");
    const status = element("span", "", "soft small");
    status.setAttribute("role", "status");
    form.append(status);
    const box = element("div");
    const more = element("button", "show all");
    more.type = "button";
    const draw = (most) => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      const found = known.filter(([source, info]) => {
        const text = plain([info.run_id, info.model, info.family, source, info.training_corpus].join(" "));
        return words.every((word) => text.includes(word));
      });
      status.textContent = `${WAREHOUSE.count(found.length)} of ${WAREHOUSE.count(known.length)} runs`;
      box.replaceChildren(list(found.slice(0, most)));
      more.hidden = found.length <= most;
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    field.addEventListener("input", () => draw(MOST));
    more.addEventListener("click", () => draw(Infinity));
    draw(MOST);
    return [form, box, more];
  };
  const show = async () => {
    const hash = location.hash.slice(1);
    const head = document.querySelector("h1");
    if (hash.startsWith("model=")) {
      const model = decodeURIComponent(hash.slice(6));
      const mine = all().filter(([, info]) => (info.model ?? "") === model);
      head.textContent = `Model ${model || "not stated"}`;
      place.replaceChildren(element("p", `${mine.length} ${mine.length === 1 ? "run" : "runs"}.`), list(mine));
      if (mine.length === 1) { const box = element("div"); place.append(box); }
    } else if (hash) {
      const wanted = decodeURIComponent(hash);
      const found = all().find(([, info]) => info.run_id === wanted);
      head.textContent = `Run ${wanted}`;
      if (found) await showRun(...found);
      else place.replaceChildren(element("p", "No run of that name has both losses and scores in this release."), ...browse(all()));
    } else {
      head.textContent = "Runs and models";
      place.replaceChildren(element("p", "A run is one training; these have both losses and scores. Each has a page: every task beside the curve of its source."), ...browse(all()));
    }
    WAREHOUSE.isReady = true;
  };
  WAREHOUSE.load(`${root}data/runs.js`).then(show);
  addEventListener("hashchange", show);
})();
