"""From the rows of one fit to the figure of its curve."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from numpy.typing import NDArray

from emergence.threshold.drawn_curves import draw_curves
from pipelines.figures.curve import curve_figure
from pipelines.figures.figure import Figure
from pipelines.keys import SERIES_ID
from pipelines.words import shots, unit

GRID = 40


def curve_rows(fit: Mapping[str, Any], points: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the drawn curves of a fit, in rows of line, place, loss, score; none where nothing was fitted.

    Where no threshold is located, the monotone fit that the departure is read from stands in for its curve.

    ``points`` hold arrays loss, score, run, n_items, stderr; the last two may be None.
    """
    if fit.get("smooth_form") is None:
        return []
    drawn = draw_curves(
        points["loss"],
        points["score"],
        form=fit["form"],
        power=fit["power"],
        eta=fit["eta"],
        floor=fit["floor"],
        smooth_form=fit.get("smooth_form"),
        run=points["run"],
        n_items=points["n_items"],
        stderr=points["stderr"],
        higher_is_better=fit["higher_is_better"],
        grid=GRID,
    )
    located = drawn.threshold is not None
    lines = {
        "threshold curve": drawn.threshold,
        "monotone fit": None if located else drawn.monotone,
        "smooth rival": drawn.smooth,
    }
    return [
        {"line": line, "place": place, "loss": float(drawn.loss[place]), "score": float(score)}
        for line, scores in lines.items()
        if scores is not None
        for place, score in enumerate(scores)
    ]


def fit_arrays(points: pl.DataFrame) -> dict[str, NDArray[Any]]:
    """Return score and run as arrays, with n_items and stderr where no value is missing: else the fit went
    without them.
    """
    runs = points["run_id"].rank("dense").to_numpy()
    columns = {"score": points["score"].to_numpy(), "run": runs}
    for name in ("n_items", "stderr"):
        if not points[name].null_count():
            columns[name] = points[name].to_numpy()
    return columns


def figure_of_fit(
    fit: Mapping[str, Any], points: pl.DataFrame, onsets: Iterable[Mapping[str, Any]]
) -> Figure:
    """Return the figure of a fit from its row, its points, and onsets of which some may be of other fits."""
    arrays = {"n_items": None, "stderr": None, "loss": points["loss"].to_numpy(), **fit_arrays(points)}
    mine = [dict(row) for row in onsets if row[SERIES_ID] == fit[SERIES_ID]]
    shown = points.select("checkpoint", "loss", "score", "params", "tokens", "compute_flop", "group")
    return curve_figure(
        shown.to_dicts(),
        dict(fit),
        curve_rows(fit, arrays),
        mine,
        title=f"{fit['task_title']} ({fit['format']}, {shots(fit['n_shot'])}), {fit['source']}",
        loss_title=f"loss on {fit['corpus']} [{unit(fit['unit'])}]",
        score_title=str(fit["metric_title"]),
        loss_domain=(fit["loss_min"], fit["loss_max"]),
    )
