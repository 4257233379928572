// The explorer: all fits by axis of loss, whose losses alone may be compared; the address holds all that is chosen.
"use strict";
(() => {
  const place = document.getElementById("explorer");
  const form = place.querySelector("form");
  const groups = place.querySelector("[data-groups]");
  const more = place.querySelector("button[data-more]");
  const status = place.querySelector("[role=status]");
  const compare = place.querySelector("[data-compare]");
  const take = WAREHOUSE.take;
  const STEP = 60;
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const COLUMNS = [["title", "task", ""], ["source", "source", ""], ["format", "setting", ""],
    ["verdict", "verdict", ""], ["loss_at_2_points", "+2 points at", "n"], ["eta", "η", "n"], ["n_runs", "runs", "n"], ["reason", "reason", ""]];
  const FILTERS = ["source", "verdict", "format", "metric", "axis"];
  let rows = [];
  let shown = STEP;
  let order = "verdict_rank";
  let ticked = new Set();

  const plain = (text) => String(text).toLowerCase();
  const text = (value, digits) => (value === null || value === undefined ? "–"
    : digits === undefined ? String(value) : WAREHOUSE.number(value, digits));
  const interval = (low, high) => (low === null || high === null ? "" : ` [${text(low, 3)}, ${text(high, 3)}]`);
  const cell = (content, className) => {
    const td = document.createElement("td");
    td.append(content);
    if (className) td.className = className;
    return td;
  };
  const spark = (row) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 64 18");
    svg.setAttribute("class", `spark v-${row.verdict}`);
    svg.setAttribute("aria-hidden", "true");
    if (!row.spark) return svg;
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const step = 62 / Math.max(1, row.spark.length - 1);
    path.setAttribute("d", [...row.spark].map((digit, at) => `${at ? "L" : "M"}${(1 + at * step).toFixed(1)} ${(16 - 14 * DIGITS.indexOf(digit) / 61).toFixed(1)}`).join(""));
    svg.append(path);
    return svg;
  };
  const line = (row) => {
    const tr = document.createElement("tr");
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = ticked.has(row.series_id);
    tick.setAttribute("aria-label", `compare ${row.title}, ${row.source}, ${row.format}, ${row.metric}`);
    tick.addEventListener("change", () => { if (tick.checked) ticked.add(row.series_id); else ticked.delete(row.series_id); keep(); });
    const link = document.createElement("a");
    link.href = row.href;
    link.textContent = row.title;
    const verdict = document.createElement("span");
    verdict.className = `verdict v-${row.verdict}`;
    verdict.textContent = WAREHOUSE.words.verdict[row.verdict] ?? String(row.verdict);
    const reason = document.createElement("div");
    reason.className = "clamp";
    reason.tabIndex = 0;
    reason.textContent = row.reason ?? "none on record";
    const setting = document.createDocumentFragment();
    const shots = document.createElement("span");
    shots.textContent = WAREHOUSE.shots(row.n_shot);
    setting.append(`${text(row.format)} · ${text(row.metric)} · `, shots);
    tr.append(cell(tick), cell(link), cell(spark(row)), cell(row.source), cell(setting, "setting"),
      cell(verdict, "tight"), cell(row.departs ? text(row.loss_at_2_points, 3) + interval(row.loss_at_2_points_low, row.loss_at_2_points_high) : "–", "n"),
      cell(text(row.eta, 3) + interval(row.eta_low, row.eta_high), "n"), cell(text(row.n_runs), "n"), cell(reason, "wide"));
    return tr;
  };
  const by = (name, sign) => (a, b) => {
    const [x, y] = [a[name], b[name]];
    if (x === null || y === null || x === undefined || y === undefined) return (x === null || x === undefined) - (y === null || y === undefined);
    return sign * (typeof x === "number" ? x - y : String(x).localeCompare(String(y)));
  };
  const compared = (a, b) => {
    const sign = order.startsWith("-") ? -1 : 1;
    const name = order.replace(/^-/, "");
    return by(name, sign)(a, b) || by("verdict_rank", 1)(a, b) || by("title", 1)(a, b);
  };
  const chosen = () => {
    const wanted = [...new FormData(form)].filter(([name, wish]) => wish && name !== "sort");
    return rows.filter((row) => wanted.every(([name, wish]) => {
      if (name === "text") return plain(wish).split(/\s+/).every((word) => row.words.includes(word));
      return wish.split("|").includes(String(row[name] ?? ""));
    }));
  };
  const headOf = () => {
    const head = document.createElement("thead");
    const tr = head.insertRow();
    for (const [name, label, kind] of [["", "tick", ""], COLUMNS[0], ["", "curve", ""], ...COLUMNS.slice(1)]) {
      const th = document.createElement("th");
      th.scope = "col";
      th.className = kind;
      if (!name || name === "reason") { th.textContent = label; tr.append(th); continue; }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => { form.elements.sort.value = ""; order = order === name ? `-${name}` : name; show(); keep(); });
      if (order.replace(/^-/, "") === name) th.setAttribute("aria-sort", order.startsWith("-") ? "descending" : "ascending");
      th.append(button);
      tr.append(th);
    }
    return head;
  };
  const section = ([axis, members], room) => {
    const box = document.createElement("section");
    const title = document.createElement("h2");
    const departing = members.filter((row) => row.departs).length;
    title.textContent = axis;
    const note = document.createElement("span");
    note.className = "soft small";
    note.textContent = ` ${WAREHOUSE.count(members.length)} ${members.length === 1 ? "fit" : "fits"}, ${WAREHOUSE.count(departing)} leave a floor`;
    title.append(note);
    const wrap = document.createElement("div");
    wrap.className = "table";
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", `fits on ${axis}`);
    const table = document.createElement("table");
    const body = document.createElement("tbody");
    body.append(...members.slice(0, room).map(line));
    table.append(headOf(), body);
    wrap.append(table);
    box.append(title, wrap);
    return box;
  };
  const show = () => {
    const found = chosen().sort(compared);
    const axes = new Map();
    found.forEach((row) => axes.set(row.axis_id, [...(axes.get(row.axis_id) ?? []), row]));
    const leaving = (members) => members.filter((row) => row.departs).length;
    const sorted = [...axes.values()].sort((a, b) => leaving(b) - leaving(a) || b.length - a.length || (a[0].axis_id < b[0].axis_id ? -1 : 1));
    let room = shown;
    const boxes = [];
    for (const members of sorted) {
      if (room <= 0) break;
      boxes.push(section([members[0].axis_name, members], room));
      room -= members.length;
    }
    groups.replaceChildren(...boxes);
    status.textContent = `${WAREHOUSE.count(found.length)} of ${WAREHOUSE.count(rows.length)} fits`;
    more.hidden = found.length <= shown;
  };
  // All that is chosen stands in the address.
  const keep = (isStep = false) => {
    const values = [...new FormData(form)].filter(([, value]) => value);
    const state = new URLSearchParams(values);
    if (order !== "verdict_rank") state.set("sort", order);
    ticked.forEach((id) => state.append("tick", id));
    const address = state.size ? `#${state}` : "#";
    if (address !== (location.hash || "#")) history[isStep ? "pushState" : "replaceState"](null, "", address);
    compare.hidden = !ticked.size;
    compare.textContent = `compare ${ticked.size}`;
    compare.href = `${document.body.dataset.root}compare.html#${[...ticked].map((id) => WAREHOUSE.address(id)).join("&")}`;
  };
  const follow = () => {
    form.reset();
    const state = new URLSearchParams(location.hash.slice(1));
    ticked = new Set(state.getAll("tick"));
    order = state.get("sort") || "verdict_rank";
    state.forEach((value, name) => { if (name in form.elements && name !== "sort") form.elements[name].value = value; });
    show();
    keep();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => { shown = STEP; show(); keep(event.target.tagName === "SELECT"); });
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  more.addEventListener("click", () => { shown += 5 * STEP; show(); });
  place.querySelector("[data-take]").addEventListener("click", () => {
    const wanted = ["series_id", "source", "task", "format", "metric", "n_shot", "corpus", "unit", "comparability_group", "verdict", "loss_at_2_points",
      "loss_at_2_points_low", "loss_at_2_points_high", "eta", "eta_low", "eta_high", "n_checkpoints", "n_runs", "reason"];
    take.csvFile("emergence-fits.csv", chosen().sort(compared).map((row) => Object.fromEntries(wanted.map((name) => [name, row[name]]))),
      { release: take.release, table: "thresholds", chosen: location.hash.slice(1) || "all", licence: "that of each source; see table sources", unit: "losses in the column unit" });
  });

  WAREHOUSE.load(place.dataset.file).then(() => {
    rows = WAREHOUSE.unpackFits().all.map((row) => ({ ...row,
      words: plain([row.source, row.title, row.task, row.format, row.metric, row.axis, row.verdict].join(" ")) }));
    for (const name of FILTERS) {
      const select = form.elements[name];
      [...new Set(rows.map((row) => row[name]))].filter((value) => value !== null).sort().forEach((value) => {
        select.append(new Option(name === "verdict" ? WAREHOUSE.words.verdict[value] ?? value : name === "format" ? `${WAREHOUSE.words.format[value] ?? value} (${value})` : value, value));
      });
    }
    follow();
    return WAREHOUSE.load(place.dataset.file.replace("fits", "reasons"));
  }).then(() => {
    const { list, rows: told } = WAREHOUSE.site.reasons;
    rows.forEach((row, at) => { row.reason = list[told[at]]; });
    show();
    WAREHOUSE.isReady = true;
  });
})();
