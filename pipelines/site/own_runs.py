"""The newest checkpoint of each run of one's own beside the curves of other sources."""

from typing import Any

import polars as pl

from emergence.off_curve.compare import compare_scores
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
    newest = {run: scores for run in runs if not (scores := _newest_scores(data, run)).is_empty()}
    if not newest:
        return {}
    groups = pl.concat([scores["comparability_group"] for scores in newest.values()]).unique().sort()
    curves = data.questions.ask("ask/curves", groups=groups.to_list(), task=None)
    curves = curves.filter(pl.col("source") != OWN)
    return {run: rows for run, scores in newest.items() if (rows := _rows(scores, curves))}


def _newest_scores(data: SiteData, run: str) -> pl.DataFrame:
    scores = data.questions.ask("ask/run_scores", run=run)
    last = scores.sort("tokens", "checkpoint_id", nulls_last=True)["checkpoint_id"].tail(1)
    return scores.filter(pl.col("checkpoint_id").is_in(last.implode()))


def _rows(scores: pl.DataFrame, curves: pl.DataFrame) -> list[list[Any]]:
    mine = curves.filter(pl.col("comparability_group").is_in(scores["comparability_group"].implode()))
    table = compare_scores(scores, mine, SERIES)
    far = (pl.col("score") - pl.col("expected")).abs()
    ordered = table.sort("is_off", far, *SERIES, descending=[True, True, *[False] * len(SERIES)])
    return [[trim(value, 4) for value in row] for row in ordered.select(SHOWN).iter_rows()]
