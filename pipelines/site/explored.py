"""The rows of the explorer: every fit in few bytes, with a small curve as one letter a loss."""

import json
import string
from typing import Any

import numpy as np

from pipelines.keys import SERIES_ID
from pipelines.site.data import SiteData, grouped, key_if_odd
from pipelines.site.formats import trim
from pipelines.site.names import file_name

Row = dict[str, Any]
LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
SPARKS = 20
EXPLORED = (
    "series_id", "source", "task", "title", "file", "format", "metric", "n_shot", "corpus", "unit",
    "comparability_group",
    "axis", "axis_name", "verdict", "verdict_rank", "departs", "loss_at_2_points", "loss_at_2_points_low",
    "loss_at_2_points_high", "eta", "eta_low", "eta_high", "r2_isotonic", "n_checkpoints", "n_runs",
    "is_best", "spark",
)  # fmt: skip
LISTED = (
    "source", "task", "title", "file", "format", "metric", "corpus", "unit", "comparability_group", "axis",
    "axis_name", "verdict",
)  # fmt: skip


def explored(data: SiteData, fits: list[Row]) -> tuple[Row, Row]:
    """Return all fits as lists of values, texts by their place in a list, and apart from them the reasons."""
    best = {row[SERIES_ID] for row in data.questions.rows("site/summary_rows")}
    drawn = {source: iter(sparks(data, source, of)) for source, of in grouped(fits, "source").items()}
    shown = [
        {
            **fit,
            SERIES_ID: key_if_odd(fit),
            "axis_name": f"{fit['axis']}, {fit['comparability_group'] or 'tokenizer not stated'}",
            "is_best": "yes" if fit[SERIES_ID] in best else "",
            "spark": next(drawn[fit["source"]]),
        }
        for fit in fits
    ]
    lists = {name: sorted({fit[name] for fit in shown}, key=str) for name in LISTED}
    places = {name: {value: place for place, value in enumerate(values)} for name, values in lists.items()}
    rows = [
        [places[name][fit[name]] if name in places else trim(fit[name], 5) for name in EXPLORED]
        for fit in shown
    ]
    files = {source: f"data/source-{file_name(source)}.js" for source in data.axes}
    reasons = sorted({fit["reason"] or "" for fit in shown})
    place = {reason: number for number, reason in enumerate(reasons)}
    told = {"list": reasons, "rows": [place[fit["reason"] or ""] for fit in shown]}
    return {"columns": EXPLORED, "lists": lists, "rows": rows, "files": files}, told


def sparks(data: SiteData, source: str, fits: list[Row]) -> list[str]:
    """Return the small curve of each fit of a source, which are kept until one of its rows changes."""
    text = data.keep(
        "sparks",
        data.inputs.of_fits(source),
        lambda: json.dumps([spark(data.curves_of(fit)) for fit in fits]),
    )
    drawn: list[str] = json.loads(text)
    return drawn


def spark(curves: list[Row]) -> str:
    """Return the first curve of a fit as letters from low to high, at even losses falling to the right."""
    lines = [row for row in curves if row["line"] == curves[0]["line"]]
    if len(lines) < 2:
        return ""
    loss = np.array([row["loss"] for row in lines])[::-1]
    score = np.array([row["score"] for row in lines])[::-1]
    at = np.interp(np.linspace(loss[-1], loss[0], SPARKS), loss, score)
    spread = float(np.ptp(at))
    if not spread > 0:
        return LETTERS[len(LETTERS) // 2] * SPARKS
    return "".join(LETTERS[round((len(LETTERS) - 1) * float(share))] for share in (at - at.min()) / spread)
