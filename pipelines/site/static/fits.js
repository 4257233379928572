// Unpacks the rows of all fits, which several pages read.
"use strict";
WAREHOUSE.unpackFits = () => {
  const packed = WAREHOUSE.site.fits;
  if (packed.byId) return packed;
  const { columns, lists, rows } = packed;
  packed.all = rows.map((values) => {
    const row = Object.fromEntries(columns.map((name, at) => [name, name in lists ? lists[name][values[at]] : values[at]]));
    row.series_id ??= WAREHOUSE.keyOf(row);
    row.axis_id = JSON.stringify(["corpus", "unit", "comparability_group"].map((name) => row[name]));
    row.href = `${row.file}#${WAREHOUSE.address(row.series_id)}`;
    return row;
  });
  packed.byId = new Map(packed.all.map((row) => [row.series_id, row]));
  return packed;
};
