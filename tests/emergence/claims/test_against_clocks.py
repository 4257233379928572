"""Loss has to beat each clock by itself: a clock with more checkpoints does not speak for another."""

import polars as pl
import pytest

from emergence.claims.against_clocks import clock_test
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED

BOTH = clock_test("compute", "size_and_tokens")


def against(clock: str, better: bool | None, n_checkpoints: int = 40, tasks: int = 20) -> pl.DataFrame:
    """Tasks of one source on all of which loss, or the clock, or neither foretells better."""
    base = {"source": "planted", "corpus": "c", "unit": "u", "format": "rc", "metric": "acc", "status": "ok"}
    frame = pl.DataFrame({"task": [f"t{k}" for k in range(tasks)]})
    return frame.with_columns(
        **{name: pl.lit(value) for name, value in base.items()},
        clock=pl.lit(clock),
        n_checkpoints=pl.lit(n_checkpoints),
        loss_is_better=pl.lit(better, pl.Boolean),
        difference=pl.lit(0.5 if better else -0.5),
        error=pl.lit(2.0),
        error_by_loss=pl.lit(1.5 if better else 2.5),
    )


@pytest.mark.parametrize("checkpoints", [30, 50])
@pytest.mark.parametrize(
    ("compute", "both", "verdict"),
    [
        (True, True, SUPPORTED),
        (True, False, CONTRADICTED),
        (False, True, CONTRADICTED),
        (True, None, UNDETERMINED),
        (None, False, CONTRADICTED),
        (None, None, NOT_TESTABLE),
    ],
)
def test_loss_has_to_beat_each_clock_whichever_has_more_checkpoints(
    checkpoints: int, compute: bool | None, both: bool | None, verdict: str
) -> None:
    clocks = pl.concat([against("compute", compute), against("size_and_tokens", both, checkpoints)])
    (finding,) = BOTH(ClaimTables(clocks=clocks))
    assert finding.verdict == verdict
    assert "against compute: " in finding.reason
    assert "against size_and_tokens: " in finding.reason
    if verdict == CONTRADICTED:
        assert finding.value == 0.0
        assert ("by size_and_tokens" in finding.counter) == (both is False)


def test_a_clock_that_a_source_does_not_know_leaves_the_claim_open() -> None:
    (finding,) = BOTH(ClaimTables(clocks=against("compute", True)))
    assert finding.verdict == UNDETERMINED
    assert "against size_and_tokens: not known" in finding.reason
    (one,) = clock_test("compute")(ClaimTables(clocks=against("compute", True)))
    assert one.verdict == SUPPORTED
    assert one.reason.startswith("loss better on 20, compute on 0 of 20 tasks")


def test_a_clock_wins_only_where_most_tasks_that_can_tell_say_so() -> None:
    clocks, test = against("compute", True), clock_test("compute")
    assert test(ClaimTables(clocks=clocks))[0].verdict == SUPPORTED
    half = clocks.with_columns(loss_is_better=pl.int_range(pl.len()) % 2 == 0)
    assert test(ClaimTables(clocks=half))[0].verdict == UNDETERMINED
    silent = clocks.with_columns(loss_is_better=pl.lit(None, pl.Boolean))
    assert test(ClaimTables(clocks=silent))[0].verdict == NOT_TESTABLE
