// Draws figures: fills a template of pipelines/figures with values and rows, when the figure comes into view.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const theme = () => ({
    background: css("--ground"),
    axis: { gridColor: css("--grid"), labelColor: css("--soft"), titleColor: css("--ink") },
    legend: { labelColor: css("--ink"), titleColor: css("--ink") },
    title: { color: css("--ink"), subtitleColor: css("--soft") },
  });
  const merge = (one, other) => {
    const both = { ...one };
    for (const [key, value] of Object.entries(other)) {
      both[key] = both[key] && typeof both[key] === "object" ? merge(both[key], value) : value;
    }
    return both;
  };
  const fill = (node, values) => {
    if (typeof node === "string") return node.startsWith("$") && node.slice(1) in values ? values[node.slice(1)] : node;
    if (Array.isArray(node)) return node.map((item) => fill(item, values));
    if (node && typeof node === "object") {
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, values)]));
    }
    return node;
  };

  const specOf = (figure, place) => {
    const wide = place.clientWidth;
    const values = { width: wide, height: 340, ...figure.values, legend_columns: wide < 520 ? 2 : 4,
      label_limit: wide < 520 ? 130 : 260 };
    const spec = fill(WAREHOUSE.templates[figure.template], values);
    spec.datasets = figure.rows;
    spec.autosize = { type: "fit-x", contains: "padding" };
    spec.description = figure.description;
    spec.config = merge(spec.config, theme());
    if (wide < 520) spec.config = merge(spec.config, { legend: { columns: 2, layout: { top: { direction: "vertical", anchor: "start" } } } });
    return spec;
  };

  const drawn = new Map();
  const draw = async (place, figure) => {
    const turn = (place.turn ?? 0) + 1;
    place.turn = turn;
    place.view?.finalize();
    const stage = document.createElement("div");
    place.replaceChildren(stage);
    const { view } = await vegaEmbed(stage, specOf(figure, place),
      { actions: false, renderer: "canvas", mode: "vega-lite", tooltip: showTooltip, defaultStyle: false, logLevel: 1 });
    if (place.turn !== turn) { view.finalize(); return; }
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", figure.description);
    place.view = view;
    drawn.set(place, figure);
    place.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  };

  // A tooltip of our own: text only, so that no name from the data is ever read as markup.
  const box = document.createElement("div");
  box.id = "vg-tooltip";
  box.hidden = true;
  document.body.append(box);
  const showTooltip = (handler, event, item, value) => {
    box.hidden = value === null || value === undefined || value === "";
    if (box.hidden) return;
    const lines = typeof value === "object" ? Object.entries(value) : [["", String(value)]];
    box.replaceChildren(...lines.filter(([, text]) => !["", "null", null, undefined].includes(text)).map(([name, text]) => {
      const line = document.createElement("div");
      line.textContent = name ? `${name}: ${text}` : text;
      return line;
    }));
    box.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - box.offsetHeight - 8))}px`;
  };

  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    seen.unobserve(entry.target);
    entry.target.dispatchEvent(new Event("wanted"));
  }), { rootMargin: "250px" });

  document.addEventListener("themechange", () => drawn.forEach((figure, place) => draw(place, figure)));
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    drawn.forEach((figure, place) => draw(place, figure));
  });
  // Lays out every figure before a page goes to paper.
  addEventListener("beforeprint", () => document.querySelectorAll(".canvas").forEach((place) => {
    if (!place.view) place.dispatchEvent(new Event("wanted"));
  }));

  const offer = (name, address) => {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  };
  const csv = (rows) => {
    const columns = Object.keys(rows[0] ?? {}).filter((name) => !name.startsWith("_"));
    const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ""))]
      .map((row) => row.map((text) => cell(String(text))).join(",")).join("\n");
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const place = button.closest("figure").querySelector(".canvas");
    const name = `${button.closest("figure").dataset.name || "figure"}.${button.dataset.save}`;
    if (button.dataset.save === "csv") {
      const rows = drawn.get(place).rows;
      const main = rows.points ?? Object.values(rows)[0];
      offer(name, URL.createObjectURL(new Blob([csv(main)], { type: "text/csv" })));
    } else {
      offer(name, await place.view.toImageURL(button.dataset.save, 3));
    }
  });

  // Figures whose rows stand in the page: <figure data-figure="id of a script of JSON">.
  document.querySelectorAll("figure[data-figure]").forEach((element) => {
    const place = element.querySelector(".canvas");
    const figures = JSON.parse(document.getElementById(element.dataset.figure).textContent);
    const choice = element.querySelector("select[data-choose]");
    const show = () => draw(place, figures[choice ? Number(choice.value) : 0]);
    place.addEventListener("wanted", show);
    choice?.addEventListener("input", show);
    seen.observe(place);
  });

  WAREHOUSE.draw = draw;
  WAREHOUSE.watch = (place, call) => { place.addEventListener("wanted", call); seen.observe(place); };
})();
