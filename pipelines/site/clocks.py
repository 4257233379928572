"""Which clock foretells scores best: loss against compute, tokens, size, and size with tokens."""

from typing import Any

from pipelines.site.data import SiteData, grouped
from pipelines.site.names import file_name

Row = dict[str, Any]
NAMES = {
    "compute": "training compute",
    "size": "parameters",
    "size_and_tokens": "parameters and tokens",
    "tokens": "training tokens",
}


def clock_rows(data: SiteData) -> list[Row]:
    """Return one row a source and clock: its errors beside those of loss, and how its settings divide."""
    titles = {(source, axis["corpus"]): axis["title"] for source, axes in data.axes.items() for axis in axes}
    return [
        {
            **row,
            "name": NAMES.get(row["clock"], row["clock"]),
            "loss_on": titles.get((row["source"], row["corpus"]), row["corpus"]),
            "href": f"source/{file_name(row['source'])}.html",
            "open": row["settings"] - row["loss_better"] - row["loss_worse"],
        }
        for row in data.questions.rows("findings/clocks")
    ]


def clock_totals(rows: list[Row]) -> list[Row]:
    """Return one row a clock: over all sources, in how many settings loss is the better one."""
    counts = ("settings", "loss_better", "loss_worse", "open")
    return [
        {"name": name, "sources": len(of), **{count: sum(row[count] for row in of) for count in counts}}
        for name, of in grouped(rows, "name").items()
    ]
