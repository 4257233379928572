// The table of all fits: filters, sorts and shows them a hundred at a time.
"use strict";
(() => {
  const place = document.getElementById("explorer");
  const form = place.querySelector("form");
  const body = place.querySelector("tbody");
  const more = place.querySelector("button[data-more]");
  const status = place.querySelector("[role=status]");
  const heads = [...place.querySelectorAll("thead th")];
  const STEP = 100;
  let rows = [];
  let shown = STEP;
  let order = ["loss_at_2_points", -1];

  const plain = (text) => String(text).toLowerCase();
  const text = (value, digits) => (value === null || value === undefined ? "–"
    : digits === undefined ? String(value) : value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−"));
  const cell = (content, className) => {
    const td = document.createElement("td");
    td.append(content);
    if (className) td.className = className;
    return td;
  };
  const line = (row) => {
    const tr = document.createElement("tr");
    const link = document.createElement("a");
    link.href = row.href;
    link.textContent = row.title;
    const verdict = document.createElement("span");
    verdict.className = `verdict v-${row.verdict}`;
    verdict.textContent = row.verdict.replaceAll("_", " ");
    tr.append(cell(row.source), cell(link), cell(row.format), cell(row.metric), cell(text(row.n_shot), "n"),
      cell(row.axis, "wide"), cell(verdict), cell(text(row.loss_at_2_points, 3), "n"),
      cell(row.loss_at_2_points_low === null ? "–"
        : `[${text(row.loss_at_2_points_low, 3)}, ${text(row.loss_at_2_points_high, 3)}]`, "n"), cell(text(row.eta, 3), "n"),
      cell(text(row.r2_isotonic, 2), "n"), cell(text(row.n_checkpoints), "n"), cell(text(row.n_runs), "n"));
    return tr;
  };
  const compare = (a, b) => {
    const [name, direction] = order;
    const x = a[name];
    const y = b[name];
    if (x === null || y === null) return (x === null) - (y === null);
    return direction * (typeof x === "number" ? x - y : String(x).localeCompare(String(y)));
  };
  const show = () => {
    const wanted = [...new FormData(form)].filter(([, wish]) => wish);
    const found = rows.filter((row) => wanted.every(([name, wish]) => {
      if (name === "text") return plain(wish).split(/\s+/).every((word) => row.words.includes(word));
      return wish.split("|").includes(String(row[name]));
    })).sort(compare);
    body.replaceChildren(...found.slice(0, shown).map(line));
    status.textContent = `${found.length} of ${rows.length} fits`;
    more.hidden = found.length <= shown;
    heads.forEach((head) => {
      if (head.dataset.sort === order[0]) head.setAttribute("aria-sort", order[1] > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  };
  heads.forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      order = [head.dataset.sort, order[0] === head.dataset.sort ? -order[1] : 1];
      show();
    });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { shown = STEP; show(); });
  more.addEventListener("click", () => { shown += 5 * STEP; show(); });

  WAREHOUSE.load(place.dataset.file).then(() => {
    const { columns, lists, rows: packed } = WAREHOUSE.site.fits;
    rows = packed.map((values) => {
      const row = Object.fromEntries(columns.map((name, at) => [name, name in lists ? lists[name][values[at]] : values[at]]));
      row.href = `${row.file}#${WAREHOUSE.address(row.series_id)}`;
      row.words = plain([row.source, row.title, row.task, row.format, row.metric, row.axis, row.verdict].join(" "));
      return row;
    });
    for (const name of ["source", "verdict", "format", "metric", "axis"]) {
      const select = form.elements[name];
      [...new Set(rows.map((row) => row[name]))].sort().forEach((value) => {
        select.append(new Option(name === "verdict" ? value.replaceAll("_", " ") : value, value));
      });
    }
    const wished = new URLSearchParams(location.hash.slice(1));
    wished.forEach((value, name) => { if (form.elements[name]) form.elements[name].value = value; });
    show();
  });
})();
