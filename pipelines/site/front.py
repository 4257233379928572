"""The front page: the answer with its but, settings by verdict, one figure, a number to enter, ways on."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from emergence.threshold.verdict import LEAVES
from pipelines.figures import Figure, verdicts_figure
from pipelines.site.asking import asked_axes
from pipelines.site.forests import Labelled
from pipelines.site.shown import Shown

Row = dict[str, Any]
_SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
"""What a drawing program says of each mark; the whole picture is named instead."""
SHOWN_CHANGES = 40
SKETCHES = (
    ("sharp", "M4 46H50C56 46 56 12 62 12L96 8", 0),
    ("gradual", "M4 46H34C52 44 70 30 96 12", 0),
    ("leaves_floor", "M4 46H66L96 30", 0),
    ("smooth", "M4 44C30 40 60 28 96 10", 0),
    ("above_floor", "M4 34C30 30 60 20 96 10", 0),
    ("at_floor", "M4 46L20 45L40 47L60 45L80 46L96 46", 0),
    ("no_change", "M4 26L20 25L40 27L60 25L80 26L96 26", 0),
    ("inverse", "M4 14C30 18 60 28 96 40", 0),
    ("not_explained", "M4 40L16 18L28 36L40 12L52 40L64 16L76 34L96 14", 0),
)
"""How a score runs against falling loss under each verdict that says something, in a box of 100 by 60."""


def front_values(shown: Shown) -> Row:
    """Return what the front page's template is filled with."""
    questions = shown.questions
    figure, images = shown.slide, shown.slide_images
    return {
        "answer": next(iter(questions.rows("site/answer")), None),
        "sharp": next(iter(questions.rows("site/sharp")), None),
        "published": shown.follow.published,
        "strip": questions.rows("site/summary_verdicts"),
        "slide": [inline(svg, figure.description) for svg in shown.slide_halves] if figure else [],
        "slide_caption": "" if figure is None else _caption(figure),
        "plots": images is not None,
        "slide_files": [] if figure is None else _write_rows(shown, figure),
        "asked": shown.asked,
        "sketches": SKETCHES,
        "n_claims": len(shown.follow.claims),
        "sizes": questions.rows("site/release_sizes")[0],
        "n_tables": len(shown.data.tables),
        "size_of_tables": shown.size_of_tables,
        **change_values(shown),
    }


_NO_FORMULAS = pl.col(pl.String).str.replace(r"^([=+@-])", "'$1")
"""A cell that a spreadsheet would take for a formula is text."""


def _write_rows(shown: Shown, figure: Figure) -> list[tuple[str, str]]:
    """Write the rows behind the front page's figure as CSV, each under a head; return names and addresses."""
    axis = figure.values["loss_title"]
    written = []
    for name in ("points", "curves", "departures"):
        rows = figure.rows[name]
        if rows:
            address = f"assets/front-{name}.csv"
            head = {"release": shown.writer.release, "figure": figure.description, "loss": axis}
            text = "".join(f"# {key}: {' '.join(str(value).split())}\n" for key, value in head.items())
            frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(_NO_FORMULAS)
            (shown.writer.folder / address).write_text(text + frame.write_csv(), encoding="utf-8")
            written.append((name, address))
    return written


def change_values(shown: Shown) -> Row:
    """Return what changed since the release before, for the two pages that tell it."""
    kinds = Counter(str(row["kind"]) for row in shown.changes or [])
    told = ("verdict", "gone", "new")
    changed = [row for kind in told for row in shown.changes or [] if row["kind"] == kind]
    return {
        "changes": shown.changes,
        "change_counts": {kind: kinds[kind] for kind in ("new", "gone", "verdict", "eta")},
        "changed": changed[:SHOWN_CHANGES],
        "n_changed": len(changed),
    }


def all_verdicts(shown: Shown) -> Labelled | None:
    """Return how the fits of every source divide over the verdicts."""
    verdicts = shown.questions.rows("site/verdicts")
    return Labelled("all", verdicts_figure(verdicts, title="")) if verdicts else None


def write_asked(shown: Shown) -> list[Row]:
    """Write the files that "enter your number" reads; return the axes offered, most departures first."""
    found = sorted(asked_axes(shown.questions, shown.writer.keep), key=_most_departing)
    for number, (_, rows) in enumerate(found):
        shown.writer.script(f"data/ask-{number}.js", "asked", str(number), rows)
    return [{**axis, "number": number} for number, (axis, _) in enumerate(found)]


def _most_departing(pair: tuple[Row, Row]) -> tuple[int, int, str]:
    axis, rows = pair
    leaving = [curve for curve in rows["curves"] if curve["verdict"] in LEAVES]
    return -len(leaving), -len(rows["curves"]), str(axis)


def inline(svg: str, description: str) -> Markup:
    """Return a figure's SVG as it stands in a page and widens with it."""
    plain = _SPOKEN.sub("", svg)
    return Markup(plain.replace("<svg ", f'<svg role="img" aria-label="{escape(description)}" ', 1))


def _caption(figure: Figure) -> str:
    said = (
        "where settings, evenly chosen where they are many, leave their floor: circle, 2 points above it, "
        "with its 95 % interval (thick); diamond, η where it is located, with its range over all forms of "
        "curve (thin); hollow, seen in one model only."
    )
    if not figure.rows["points"]:
        return said.capitalize()
    first = (
        "One task asked in two ways, each in the colour of its verdict, on one axis of loss (falling to "
        "the right)"
    )
    return f"{first}; upright dashes: 2 points above its floor. Beside or below it: {said}"


def size_of_tables(folder: Path) -> int | None:
    """Return the bytes of a release's Parquet files; None where there is none.

    Those of its database depend on what it was made out of, too.
    """
    return sum(path.stat().st_size for path in (folder / "tables").glob("*.parquet")) or None
