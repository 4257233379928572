// Draws figures: fills a template of pipelines/figures with values and rows, when the figure comes into view.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const isDark = () => parseInt(css("--ground").slice(1, 3), 16) < 128;
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
    const { values, rows, isStacked } = WAREHOUSE.fitted(figure, place.clientWidth);
    const spec = fill(WAREHOUSE.templates[figure.template], values);
    spec.datasets = rows;
    // A whole figure's height counts its legend and axis; any other's is that of its plot.
    spec.autosize = { type: figure.isWhole ? "fit" : "fit-x", contains: "padding" };
    spec.description = figure.description;
    spec.config = merge(spec.config, theme());
    document.documentElement.dataset.drawn = isDark() ? "dark" : "light";
    if (isStacked) spec.config.legend.layout = { top: { direction: "vertical", anchor: "start" } };
    return spec;
  };

  const drawn = new Map();
  const draw = async (place, figure) => {
    const turn = (place.turn ?? 0) + 1;
    place.turn = turn;
    const before = place.view;
    const stage = document.createElement("div");
    stage.className = "stage";
    place.append(stage);
    const { view } = await vegaEmbed(stage, specOf(figure, place),
      { actions: false, renderer: "canvas", mode: "vega-lite", tooltip: showTooltip, defaultStyle: false, logLevel: 1 });
    if (place.turn !== turn) { view.finalize(); stage.remove(); return; }
    [...place.children].forEach((child) => { if (child !== stage) child.remove(); });
    place.setAttribute("aria-label", figure.description);
    before?.finalize();
    place.view = view;
    drawn.set(place, figure);
    place.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  };

  // A tooltip of our own: text only, so that no name from the data is ever read as markup.
  const box = document.createElement("div");
  box.id = "vg-tooltip";
  box.hidden = true;
  document.body.append(box);
  const showTooltip = (handler, event, item, value) => WAREHOUSE.tip(event ? value : null, event?.clientX ?? 0, event?.clientY ?? 0);
  WAREHOUSE.tip = (value, x, y) => {
    box.hidden = value === null || value === undefined || value === "";
    if (box.hidden) return;
    const lines = typeof value === "object" ? Object.entries(value) : [["", String(value)]];
    box.replaceChildren(...lines.filter(([, text]) => !["", "null", null, undefined].includes(text)).map(([name, text]) => {
      const line = document.createElement("div");
      line.textContent = name ? `${name}: ${text}` : text;
      return line;
    }));
    box.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.max(4, Math.min(y + 12, innerHeight - box.offsetHeight - 8))}px`;
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
  // Paper does not wait for a drawing: what nobody has scrolled to yet is drawn, one by one, once the browser has nothing to do.
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 2000));
  const next = () => {
    const place = [...document.querySelectorAll("figure.chart .canvas")].find((one) => !one.view && !one.dataset.asked);
    if (!place) return;
    place.dataset.asked = "yes";
    place.dispatchEvent(new Event("wanted"));
    idle(next);
  };
  addEventListener("load", () => setTimeout(() => idle(next), 1000));
  // Lays out every figure before a page goes to paper.
  addEventListener("beforeprint", () => document.querySelectorAll(".canvas").forEach((place) => {
    if (!place.view) place.dispatchEvent(new Event("wanted"));
  }));

  // Sets each text to the width that it was laid out in, so that a picture does not clip in another font.
  const fixed = (svg) => {
    const pen = document.createElement("canvas").getContext("2d");
    const tree = new DOMParser().parseFromString(svg, "image/svg+xml");
    tree.querySelectorAll("text").forEach((text) => {
      if (!text.textContent.trim() || text.querySelector("tspan")) return;
      const of = (name, other) => text.getAttribute(name) ?? other;
      pen.font = `${of("font-weight", "")} ${of("font-size", "11px")} ${of("font-family", "sans-serif")}`;
      text.setAttribute("textLength", pen.measureText(text.textContent).width.toFixed(1));
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    });
    return new XMLSerializer().serializeToString(tree);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const figure = button.dataset.for ? document.getElementById(button.dataset.for) : button.closest("figure");
    const place = figure.querySelector(".canvas");
    const name = `${figure.dataset.name || "figure"}.${button.dataset.save}`;
    if (button.dataset.save === "csv") {
      const rows = drawn.get(place).rows;
      WAREHOUSE.take.csvFile(name, rows.points ?? Object.values(rows)[0], { release: WAREHOUSE.take.release, figure: drawn.get(place).description, ...figure.about });
    } else if (button.dataset.save === "svg") {
      WAREHOUSE.take.offer(name, fixed(await place.view.toSVG()), "image/svg+xml");
    } else {
      const link = document.createElement("a");
      link.href = await place.view.toImageURL("png", 3);
      link.download = name;
      link.click();
    }
  });

  // Figures whose rows stand in the page: <figure data-figure="id of a script of JSON">.
  document.querySelectorAll("figure[data-figure]").forEach((element) => {
    const place = element.querySelector(".canvas");
    const choice = element.querySelector("select[data-choose]");
    let figures;
    const show = async () => {
      const text = document.getElementById(element.dataset.figure).textContent;
      figures ??= text.startsWith("[") ? JSON.parse(text) : await WAREHOUSE.inflate(text);
      draw(place, figures[choice ? Number(choice.value) : 0]);
    };
    place.addEventListener("wanted", show);
    choice?.addEventListener("input", show);
    seen.observe(place);
  });

  // Figures that stand in a script each: <figure data-each="folder of the scripts">, loaded when chosen.
  document.querySelectorAll("figure[data-each]").forEach((element) => {
    const place = element.querySelector(".canvas");
    const choice = element.querySelector("select[data-choose]");
    const wished = new URLSearchParams(location.hash.slice(1)).get("figure");
    if (wished && [...choice.options].some((option) => option.value === wished)) choice.value = wished;
    const show = async () => {
      if (!choice.value) return;
      await WAREHOUSE.load(`${document.body.dataset.root}${element.dataset.each}${choice.value}.js`);
      draw(place, WAREHOUSE.figures[choice.value]);
    };
    place.addEventListener("wanted", show);
    choice.addEventListener("input", () => { history.replaceState(null, "", `#figure=${choice.value}`); show(); });
    seen.observe(place);
  });

  WAREHOUSE.draw = draw;
  WAREHOUSE.watch = (place, call) => { place.addEventListener("wanted", call); seen.observe(place); };
})();
