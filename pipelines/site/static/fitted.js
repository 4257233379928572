// What a figure says, fitted to its width: titles fold between words, legends take what columns there is room for.
"use strict";
(() => {
  const PHONE = 520;
  // Titles of axes, with the side along which each runs; as in pipelines/figures/figure.py.
  const TITLES = { loss_title: "width", x_title: "width", bias_title: "width", share_title: "width",
    score_title: "height", law_title: "height" };
  const LINES = ["threshold curve", "monotone fit", "smooth rival", "floor", "chance"];
  // Pixels beside a plot, an axis with its title or names of sources; and below it, a row of legends.
  const [AXIS, SOURCES, LEGEND] = [80, 200, 55];
  const [SYMBOL, GRADIENT] = [34, 190]; // A legend's mark and gap; a scale of colours with its gap.
  const pen = document.createElement("canvas").getContext("2d");
  const widthOf = (text, size) => {
    pen.font = `500 ${size}px ${WAREHOUSE.templates.curve_size.config.font}`;
    return pen.measureText(text).width;
  };
  const folded = (text, room, size = 12) => {
    const lines = [""];
    text.split(/\s+/).forEach((word) => {
      const longer = `${lines.at(-1)} ${word}`.trimStart();
      if (lines.at(-1) && widthOf(longer, size) > room) lines.push(word);
      else lines[lines.length - 1] = longer;
    });
    return lines;
  };
  const columnsFor = (names, room) => {
    const longest = Math.max(...names.map((name) => widthOf(name, 11)), 1);
    return Math.max(1, Math.min(5, Math.floor(room / (Math.min(longest, room) + SYMBOL))));
  };
  const lineLegend = (rows, room) => {
    const drawn = new Set([...(rows.curves ?? []), ...(rows.levels ?? [])].map((row) => row.line));
    const values = LINES.filter((line) => drawn.has(line));
    return values.length ? { values, columns: columnsFor(values, room) } : null;
  };
  // On so narrow a plot whole sentences would lie over the axis.
  const SHORT = [["2 points above its floor:", "+2 points:"], ["2 % of its rise off its floor:", "+2 %:"],
    ["bars: where each run leaves its floor", "bars: onsets"]];
  const shorter = (row) => (row.text === undefined ? row
    : { ...row, text: SHORT.reduce((text, [long, few]) => text.replace(long, few), row.text.split(";")[0]) });
  const shortened = (rows) => Object.fromEntries(Object.entries(rows)
    .map(([name, set]) => [name, name === "points" ? set : set.map(shorter)]));
  const spoken = (name) => name.replaceAll("_", " ");

  // A figure whose rows are named by task and setting: folded as in pipelines/figures/overview.py.
  const named = (figure, room) => {
    const fold = (label) => {
      const [task, ...setting] = label.split(" · ");
      const lines = folded(task, room, 11);
      const isShort = lines.length === 1 && widthOf(label, 11) <= room;
      return isShort ? label : [...lines, setting.join(" · ")].filter(Boolean).join("\n");
    };
    const departures = figure.rows.departures.map((row) => ({ ...row, _row: fold(row.label) }));
    const lines = Math.max(...departures.map((row) => row._row.split("\n").length));
    const labels = [...new Set(departures.map((row) => row._row))];
    const fitted = { labels, label_limit: room + 10, height: (5 + 12 * lines) * departures.length };
    return { ...figure, rows: { ...figure.rows, departures }, values: { ...figure.values, ...fitted } };
  };

  WAREHOUSE.fitted = (whole, wide) => {
    const isNamed = whole.template === "forest";
    const ofNames = Math.max(130, Math.min(280, 0.4 * wide));
    const figure = isNamed ? named(whole, ofNames) : whole;
    const room = wide - (isNamed ? ofNames + 40 : whole.template === "verdicts" ? SOURCES : AXIS);
    const names = (figure.values.groups ?? figure.values.verdicts ?? []).map(spoken);
    const isGrouped = figure.template === "curve_group";
    const isStacked = isGrouped || wide < 2 * PHONE;
    const columns = columnsFor(names, room);
    const values = { width: wide, height: 340, ...figure.values, legend_columns: columns,
      legend_limit: figure.isWhole ? 5 * columns : Math.max(10 * columns, 12),
      label_limit: figure.values.label_limit ?? room,
      line_legend: lineLegend(figure.rows, isStacked ? room : room - GRADIENT) };
    const height = figure.isWhole ? values.height - AXIS - LEGEND * (isStacked ? 2 : 1) : values.height;
    Object.entries(TITLES).forEach(([name, side]) => {
      if (values[name]) values[name] = folded(values[name], side === "width" ? room : height);
    });
    if (values.title) values.title = folded(values.title, wide - 40, 15);
    return { values, rows: wide >= PHONE ? figure.rows : shortened(figure.rows), isStacked };
  };
})();
