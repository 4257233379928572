// Small multiples: pictures that stand in the page, drawn anew where a form chooses another axis of loss.
"use strict";
(() => {
  const { read, record, curveFigure, stepWords, isDeparture, departureText } = WAREHOUSE.curves;
  const KEY = ["source", "format", "metric", "n_shot"];
  const form = document.querySelector("form.panels-form");
  if (!form?.elements.axis) return;
  const choose = (panel, task) => {
    const series = task.series.find((one) => KEY.every((key) => String(one[key] ?? "") === (panel.dataset[`key_${key}`] ?? "")));
    const wished = form.elements.axis.value;
    return [series, series.fits.find((one) => String(one.axis) === wished) ?? series.fits[0]];
  };
  const follow = async (panel) => {
    const task = await read(panel);
    const [series, fit] = choose(panel, task);
    const row = record(task, fit);
    panel.querySelector(".verdict").replaceWith(WAREHOUSE.curves.verdictMark(row.verdict));
    panel.dataset.verdict = row.verdict;
    const departure = isDeparture(row) ? row.loss_at_2_points : null;
    panel.dataset.departure = departure ?? "";
    panel.querySelector("[data-number]").textContent = departure === null ? ""
      : `${String(fit.axis) === form.elements.axis.value ? "" : "on another loss: "}${stepWords(row)} at ${departureText(row, 2)}`;
    panel.querySelector("h3 a").hash = `#${WAREHOUSE.address(row.series_id)}`;
    const figure = curveFigure(task, series, fit, { template: "panel", height: 150 });
    Object.assign(figure.values, { score_title: null, loss_title: null, point_size: 8 });
    return figure;
  };
  const paint = async (panel) => WAREHOUSE.draw(panel.querySelector(".canvas"), await follow(panel));
  const panels = [...document.querySelectorAll(".panel")];
  let isWatched = false;
  form.elements.axis.addEventListener("input", async () => {
    if (!isWatched) panels.forEach((panel) => WAREHOUSE.watch(panel.querySelector(".canvas"), () => paint(panel)));
    isWatched = true;
    await Promise.all(panels.map((panel) => (panel.querySelector(".canvas").view ? paint(panel) : follow(panel))));
    form.dispatchEvent(new Event("refilter"));
  });
})();
