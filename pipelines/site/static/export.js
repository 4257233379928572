// What a reader takes away: rows as CSV and fits as JSON, each under a head that says where it is from.
"use strict";
WAREHOUSE.take = (() => {
  const release = document.body.dataset.release || "not named";
  const offer = (name, text, kind) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 5000);
  };
  const fileName = (seriesId, ending) => `${String(seriesId).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 150)}.${ending}`;
  // A cell that a spreadsheet would take for a formula is text.
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : typeof value === "number" ? String(value)
      : String(value).replace(/^([=+@-])/, "'$1");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (rows, head = {}) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !name.startsWith("_"));
    const lines = Object.entries(head).map(([name, text]) => `# ${name}: ${String(text ?? "not stated").replace(/\s+/g, " ")}`);
    return [...lines, columns.map(cell).join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].join("\n") + "\n";
  };
  const head = (source, more = {}) => ({
    release, source: source.source, title: source.title, version: source.version, citation: source.citation,
    licence: source.licence, may_be_shared: source.redistribute === null || source.redistribute === undefined ? "not stated"
      : source.redistribute ? "yes" : "no", ...more,
  });
  return {
    offer, fileName, csv, head, release,
    csvFile: (name, rows, about) => offer(name, csv(rows, about), "text/csv"),
    jsonFile: (name, value) => offer(name, `${JSON.stringify(value, null, 2)}\n`, "application/json"),
  };
})();
