"""The figure of a table in a file: what ``emergence fit --plot`` draws, as the site draws a task."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import InputError
from emergence.threshold.palette import group_colours
from pipelines.figures.curve import curve_figure
from pipelines.figures.drawing import curve_rows
from pipelines.reader.fit_table import numbers_of


def write_figure(
    out: Path,
    file: Path,
    frame: pl.DataFrame,
    columns: Mapping[str, str | None],
    found: Mapping[str, Any],
    *,
    higher_is_better: bool,
) -> None:
    """Draw the points of a file with their fit: floor, chance, departure and its interval, curves.

    Raises InputError for a name that ends neither in .png nor in .svg.
    """
    if out.suffix not in (".png", ".svg"):
        raise InputError(f"--plot {out}: a name ending in .png or .svg wanted")
    loss, score, run, items = (columns[role] for role in ("loss", "score", "run", "n_items"))
    roles = {"loss": loss, "score": score, "run": run, "n_items": items}
    table = numbers_of(file, frame, roles)
    losses, scores = table["loss"], table["score"]
    arrays = {
        "loss": losses.to_numpy(),
        "score": scores.to_numpy(),
        "run": table["run"].rank("dense").to_numpy() if run else None,
        "n_items": table["n_items"].to_numpy() if items else None,
        "stderr": None,
    }
    names = table["run"].to_list() if run else [""] * table.height
    points = [
        {
            "checkpoint": name,
            "run": name,
            "group": name,
            "loss": x,
            "score": y,
            "params": None,
            "tokens": None,
        }
        for name, x, y in zip(names, losses, scores, strict=True)
    ]
    row = {**found, "higher_is_better": higher_is_better}
    figure = curve_figure(
        points,
        row,
        curve_rows(row, arrays),
        title=f"{score}, {file.name}",
        loss_title=f"{loss}",
        score_title=f"{score}",
        loss_domain=(min(losses), max(losses)),
    )
    # Colours tell runs apart: a table of one's own has no sizes.
    groups = sorted(set(names))
    runs = {"group_title": run or "run", "groups": groups, "group_colours": group_colours(len(groups))}
    figure = replace(figure, template="curve_group", values={**figure.values, **runs})
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(figure.to_png() if out.suffix == ".png" else figure.to_svg().encode())
