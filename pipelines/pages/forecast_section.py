"""The section of the findings about laws, sizes and forecasts."""

from pipelines.pages.names import title
from pipelines.pages.numbers import Cited, Numbers, paragraph


def how_far_ahead(numbers: Numbers) -> str:
    """What can be foretold: left-out runs, the largest size, laws of loss, sizes of emergence."""
    parts = [_runs(numbers), _largest(numbers), _laws(numbers), _sizes(numbers)]
    return "## What can be foretold?\n\n" + "\n".join(part for part in parts if part)


def _runs(numbers: Numbers) -> str:
    chosen = {(r["source"], r["corpus"]) for r in numbers.rows("formats")}
    rows = [r for r in numbers.cited("coverage", "source", "corpus") if (r["source"], r["corpus"]) in chosen]
    told = [f"{r.say('coverage', '.0%')} on {title(r['source'])}" for r in rows]
    if not told:
        return ""
    return paragraph(
        "coverage",
        "The 90 % forecast holds this share of left-out runs, on each source's own loss: "
        + "; ".join(told)
        + ".",
    )


def _largest(numbers: Numbers) -> str:
    chosen = {(r["source"], r["corpus"]) for r in numbers.rows("formats")}
    rows = [
        row
        for row in numbers.cited("largest", "source", "corpus")
        if (row["source"], row["corpus"]) in chosen and row.has("error", "coverage", "billions")
    ]
    return paragraph("largest", *map(_missed, rows))


def _missed(row: Cited) -> str:
    return (
        f"{title(row['source'])}'s largest model, of {row.say('billions', '.1f')} billion parameters,"
        f" is missed by a median of {row.say('error', '.1f')} points and inside its interval in"
        f" {row.say('coverage', '.0%')} of scores."
    )


def _laws(numbers: Numbers) -> str:
    row = numbers.row("law_counts")
    if row is None:
        return ""
    verb = "has" if row["identified"] == 1 else "have"
    return paragraph(
        "law_counts",
        f"Of {row.count('asked', 'law')} of loss asked for, {row.say('fitted')} could be"
        f" fitted and {row.say('identified')} {verb} an irreducible loss that is"
        " identified.",
    )


def _sizes(numbers: Numbers) -> str:
    row = numbers.row("sizes")
    if row is None or not row["asked"]:
        return ""
    spread = ""
    if row.has("spread"):
        spread = (
            f"Where the interval is bounded its ends are a median factor of {row.say('spread', '.1f')} apart."
        )
    first = (
        f"Of {row.count('asked', 'threshold')} asked of a law, {row.say('never')} are never"
        f" reached and {row.say('unbounded')} have no upper end."
    )
    return paragraph("sizes", f"A size of emergence is a rough number. {first}", spread)
