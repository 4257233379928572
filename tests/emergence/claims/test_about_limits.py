"""Claims of a number: the whole interval counts, and what stands on too few runs says nothing."""

import polars as pl
import pytest

from emergence.claims import about_thresholds
from emergence.claims.about_laws import loss_is_a_pure_power_of_size
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED


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
