"""Claims of a number: the whole interval counts, and what stands on too few runs says nothing."""

import numpy as np
import polars as pl
import pytest

from emergence.claims import about_thresholds
from emergence.claims.about_laws import loss_is_a_pure_power_of_size
from emergence.claims.at_equal_loss import scores_follow_loss
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED, rank_interval


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(2.19, 2.21, SUPPORTED), (1.2, 3.2, UNDETERMINED), (2.5, 3.2, CONTRADICTED), (None, None, UNDETERMINED)],
)
def test_a_threshold_of_2_2_is_held_against_the_whole_interval(
    low: float | None, high: float | None, verdict: str
) -> None:
    row = {"source": "planted", "corpus": "c", "unit": "nats_per_token", "n_tasks": 5}
    limits = {"eta_common": 2.2, "eta_common_low": low, "eta_common_high": high}
    universality = pl.DataFrame([{**row, **limits, "against_published": "on the paper's own axis"}])
    (finding,) = about_thresholds.threshold_is_2_2(ClaimTables(universality=universality))
    assert finding.verdict == verdict


def test_a_law_of_four_points_says_nothing_of_the_form_of_laws() -> None:
    law = {"source": "planted", "family": "f", "corpus": "c", "form": "L(N)", "points": "all", "n": 4}
    limits = {"irreducible_loss": 1.0, "irreducible_loss_low": 0.9, "irreducible_loss_high": 1.1}
    slope = {"alpha_n": 0.07, "alpha_n_low": 0.05, "alpha_n_high": 0.09}
    for status, verdict in (("ok", CONTRADICTED), ("too_few_runs", NOT_TESTABLE)):
        laws = pl.DataFrame([{**law, **limits, **slope, "status": status}])
        (finding,) = loss_is_a_pure_power_of_size(ClaimTables(loss_laws=laws))
        assert finding.verdict == verdict


def test_what_speaks_against_a_claim_names_tasks_or_says_nothing() -> None:
    row = {"source": "planted", "corpus": "c", "unit": "bits_per_byte", "format": "rc", "metric": "acc"}
    for verdicts, said in ((["smooth"] * 9, ""), (["smooth"] * 8 + ["sharp"], "task 8 rise")):
        rows = [{**row, "task": f"task {at}", "verdict": word} for at, word in enumerate(verdicts)]
        (finding,) = about_thresholds.tasks_get_worse(ClaimTables(thresholds=pl.DataFrame(rows)))
        assert finding.counter == said


def test_tasks_that_share_their_runs_do_not_count_as_so_many_samples() -> None:
    """Twelve tasks of ten runs with one and the same luck in each: ρ is −0.75, and luck may say −0.5."""
    rng, tasks, runs = np.random.default_rng(0), 12, 10
    keys = {"source": "planted", "corpus": "c", "unit": "nats_per_token", "format": "rc", "metric": "acc"}
    names = [f"t{k}" for k in range(tasks)]
    learned = pl.DataFrame([{**keys, "task": name, "verdict": "smooth"} for name in names])
    held = []
    for _ in range(60):
        loss, luck = rng.uniform(2.2, 3.2, runs), 0.03 * rng.standard_normal(runs)
        score = -0.15 * loss + luck + 0.025 * rng.standard_normal((tasks, runs))
        table = pl.concat(
            pl.DataFrame({"loss": loss, "score": own}).with_columns(
                **{name: pl.lit(value) for name, value in keys.items()},
                task=pl.lit(task),
                run_id=pl.Series([f"r{k}" for k in range(runs)]),
                tokens=pl.lit(1e9),
            )
            for task, own in zip(names, score, strict=True)
        )
        (finding,) = scores_follow_loss(ClaimTables(loss_scores=table, thresholds=learned))
        assert finding.low is not None
        assert finding.high is not None
        held.append(finding.low <= -0.74 <= finding.high)
    assert np.mean(held) > 0.9


def test_ranks_that_agree_in_full_still_leave_something_open() -> None:
    low, high = rank_interval(-1.0, 8)
    assert -1 < low < -0.98
    assert -0.98 < high < -0.8
    assert rank_interval(-1.0, 60)[1] < high
