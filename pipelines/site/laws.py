"""The figures of loss laws: the losses that a law was fitted to, the law, and the loss it cannot go below."""

from typing import Any

from pipelines.figures import law_figure
from pipelines.release.open_release import Questions
from pipelines.site.forests import Labelled
from pipelines.site.formats import short, size
from pipelines.words import unit

Row = dict[str, Any]
GROUP = ("source", "corpus", "unit")
POINT = ("loss", "params", "tokens")
MOST_POINTS = 400


def law_name(law: Row) -> str:
    """Return the words by which a law is told from the others of a release."""
    family = law.get("family") or law.get("study") or ""
    return f"{law['source']}, {family}, {law['corpus']}: {law['form']}, {law['points']}"


def law_numbers(law: Row) -> Row:
    """Return the scale and exponent of a law in size and in tokens, in words; None for a law without."""
    in_size = _told("N₀", size(law["n0"]), law["alpha_n"]) or _told("A", short(law["a"]), law["alpha"])
    return {"in_size": in_size, "in_tokens": _told("B", short(law["b"]), law["beta"], "β")}


def _told(letter: str, scale: str, power: float | None, greek: str = "α") -> str | None:
    return None if power is None else f"{letter}\u00a0{scale}, {greek}\u00a0{short(power)}"


def law_figures(questions: Questions) -> list[Labelled]:
    """Return the figure of each law; a law without limits of size has none."""
    grids: dict[str, list[Row]] = {}
    for row in questions.rows("site/law_curves"):
        grids.setdefault(law_name(row), []).append(row)
    points: dict[tuple[Any, ...], list[Row]] = {}
    for row in questions.table("law_points", (*GROUP, "study", "family", "checkpoint_id", *POINT)):
        points.setdefault(tuple(row[k] for k in GROUP), []).append(row)
    return [
        Labelled(
            name, _figure(name, rows, points.get(tuple(rows[0][k] for k in GROUP), [])), rows[0]["source"]
        )
        for name, rows in grids.items()
    ]


def _figure(name: str, grid: list[Row], points: list[Row]) -> Any:
    law = grid[0]
    family = law.get("family") or law.get("study")
    mine = [
        {key: point[key] for key in POINT} | {"checkpoint": point["checkpoint_id"]}
        for point in points
        if family in (None, point["study"], point["family"])
    ]
    return law_figure(
        mine[:: max(1, -(-len(mine) // MOST_POINTS))],
        [{"law": "law", "params": row["at_params"], "loss": row["at_loss"]} for row in grid],
        _limits(law),
        title="",
        loss_title=f"loss on {law['corpus']} [{unit(law['unit'])}]",
    )


def _limits(law: Row) -> list[Row]:
    """Return the irreducible loss with its interval, where the data identify it."""
    if law["status"] != "ok":
        return []
    low, high = law["irreducible_loss_low"], law["irreducible_loss_high"]
    return [{"loss": law["irreducible_loss"], "low": low, "high": high}]
