"""The newest checkpoint of each run of one's own beside the curves of other sources."""

from typing import Any

import polars as pl

from emergence.given_loss.compare import compare_scores
from pipelines.keys import SERIES
from pipelines.site.data import SiteData
from pipelines.site.formats import trim

Row = dict[str, Any]
OWN = "own"
SHOWN = (
    *("task", "format", "metric", "n_shot", "source", "corpus"),
    *("loss", "score", "expected", "expected_low", "expected_high", "is_off"),
)


def own_compared(data: SiteData, names: dict[str, list[Row]]) -> dict[str, list[list[Any]]]:
    """Return rows in the order of ``SHOWN`` by run, those furthest from their curve first."""
    runs = [row["run_id"] for row in names.get(OWN, [])]
    return {run: rows for run in runs if (rows := _rows(data, run))}


def _rows(data: SiteData, run: str) -> list[list[Any]]:
    scores = data.questions.ask("ask/run_scores", run=run)
    if scores.is_empty():
        return []
    last = scores.sort("tokens", "checkpoint_id", nulls_last=True)["checkpoint_id"][-1]
    groups = scores["comparability_group"].unique().sort().to_list()
    curves = data.questions.ask("ask/curves", groups=groups, task=None)
    table = compare_scores(scores.filter(checkpoint_id=last), curves.filter(pl.col("source") != OWN), SERIES)
    far = (pl.col("score") - pl.col("expected")).abs()
    ordered = table.sort("is_off", far, *SERIES, descending=[True, True, *[False] * len(SERIES)])
    return [[trim(value, 4) for value in row] for row in ordered.select(SHOWN).iter_rows()]
