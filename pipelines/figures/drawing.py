"""From the rows of one fit to the figure of its curve."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from emergence.evidence.drawn_curves import draw_curves
from pipelines.figures.curve import curve_figure
from pipelines.figures.figure import Figure
from pipelines.keys import SERIES_ID
from pipelines.words import shots, unit

GRID = 400
"""Losses at which a curve is worked out: a sharp rise stays sharp."""
KEPT = 32
"""Of these, how many a picture keeps: an even few, and those where a line bends most."""
EVEN = 8


def curve_rows(
    fit: Mapping[str, Any], points: Mapping[str, Any], *, with_rival: bool = True
) -> list[dict[str, Any]]:
    """Return the drawn curves of a fit, in rows of line, place, loss, score; none where nothing was fitted.

    Where no threshold is located, the monotone fit that the departure is read from stands in for its curve.

    Without its rival a fit is drawn in half the time. ``points`` hold arrays loss, score, run, n_items,
    stderr; the last two may be None.
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
        smooth_form=fit.get("smooth_form") if with_rival else None,
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
    known = {line: scores for line, scores in lines.items() if scores is not None}
    kept = _where_lines_bend(drawn.loss, list(known.values()))
    return [
        {"line": line, "place": place, "loss": float(drawn.loss[at]), "score": float(scores[at])}
        for line, scores in known.items()
        for place, at in enumerate(kept)
    ]


def _where_lines_bend(loss: NDArray[Any], lines: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the places of the losses to keep, in order: both ends, an even few, and the sharpest bends."""
    if loss.size <= KEPT:
        return np.arange(loss.size)
    bend = np.zeros(loss.size)
    for scores in lines:
        spread = float(np.ptp(scores)) or 1.0
        bend[1:-1] = np.maximum(bend[1:-1], np.abs(np.diff(scores, 2)) / spread)
    even = np.linspace(0, loss.size - 1, EVEN).astype(int)
    bend[even] = np.inf
    return np.sort(np.argpartition(bend, -KEPT)[-KEPT:])


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
    columns = ("checkpoint", "loss", "score", "params", "tokens", "compute_flop", "group")
    shown = points.select(*columns, run="run_id")
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
