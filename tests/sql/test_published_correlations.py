"""A paper's correlations of loss and score stand beside ours, on the same task."""

import duckdb
import numpy as np
import polars as pl
from scipy.stats import pearsonr, spearmanr

from pipelines.warehouse import catalog

PUBLISHED = {
    "citation": "A paper", "location": "table 1", "how_read": "the text", "task_as_published": "Quiz", "task": "quiz",
    "called": "emergent", "published_spearman": -0.9, "published_pearson": -0.8, "threshold_loss": 2.2,
}  # fmt: skip


def compared(loss: list[float], score: list[float], *, circular: bool = False) -> list[tuple[object, ...]]:
    """The relation over one series of one task."""
    con = duckdb.connect()
    summary = {
        "series_id": ["a"], "source": ["s"], "task": ["quiz"], "format": ["mc"], "metric": ["acc"], "n_shot": [5],
        "corpus": ["c4"], "unit": ["nats_per_token"], "n_checkpoints": [len(loss)], "n_runs": [1],
        "verdict": ["sharp"], "circular": [circular],
    }  # fmt: skip
    scores = {"series_id": ["a"] * len(loss) + ["b"], "loss": [*loss, 9.0], "score": [*score, 0.9]}
    for name, rows in (("summary", summary), ("loss_scores", scores)):
        con.from_arrow(pl.DataFrame(rows).to_arrow()).create(name)
    con.from_arrow(pl.DataFrame([PUBLISHED]).to_arrow()).create("facts_published_correlations")
    found = con.sql(catalog.models()["published_correlations"].text)
    return found.select("published_spearman, spearman, pearson, verdict, circular").fetchall()


def test_correlations_are_those_of_scipy_ties_and_all() -> None:
    rng = np.random.default_rng(3)
    loss = rng.integers(20, 40, 50) / 10
    score = np.round(1 / loss + rng.normal(0, 0.05, 50), 2)
    ((theirs, rank, linear, verdict, _),) = compared(loss.tolist(), score.tolist())
    assert (theirs, verdict) == (-0.9, "sharp")
    assert np.isclose(rank, spearmanr(loss, score).statistic)
    assert np.isclose(linear, pearsonr(loss, score).statistic)


def test_a_score_that_never_changes_has_no_correlation() -> None:
    assert compared([3.0, 2.5, 2.0], [0.25, 0.25, 0.25]) == [(-0.9, None, None, "sharp", False)]


def test_a_loss_on_the_tasks_own_text_is_marked() -> None:
    assert [row[-1] for row in compared([3.0, 2.5], [0.2, 0.3], circular=True)] == [True]
