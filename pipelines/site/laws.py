"""The figures of loss laws: the losses that a law was fitted to, the law, and the loss it cannot go below."""

from typing import Any

from pipelines.figures import law_figure
from pipelines.site.forests import Labelled
from pipelines.site.formats import unit
from pipelines.site.questions import Questions

Row = dict[str, Any]
GROUP = ("source", "corpus", "unit")
MOST_POINTS = 1500


def law_name(law: Row) -> str:
    """Return the words by which a law is told from the others of a release."""
    family = law.get("family") or law.get("study") or ""
    return f"{law['source']}, {family}, {law['corpus']}: {law['form']}, {law['points']}"


def law_figures(questions: Questions) -> list[tuple[str, Labelled]]:
    """Return each law's corpus and figure; a law without limits of size has none."""
    grids: dict[str, list[Row]] = {}
    for row in questions.rows("law_curves"):
        grids.setdefault(law_name(row), []).append(row)
    points = questions.table(
        "law_points", (*GROUP, "study", "family", "checkpoint_id", "loss", "params", "tokens")
    )
    return [
        (rows[0]["corpus"], Labelled(name, _figure(name, rows, points), rows[0]["source"]))
        for name, rows in grids.items()
    ]


def _figure(name: str, grid: list[Row], points: list[Row]) -> Any:
    law = grid[0]
    family = law.get("family") or law.get("study")
    mine = [
        {key: point[key] for key in ("loss", "params", "tokens")} | {"checkpoint": point["checkpoint_id"]}
        for point in points
        if all(point[k] == law[k] for k in GROUP) and family in (None, point["study"], point["family"])
    ]
    return law_figure(
        mine[:MOST_POINTS],
        [{"law": name, "params": row["at_params"], "loss": row["at_loss"]} for row in grid],
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
