"""Tests whether loss foretells scores better than compute, size, or size and tokens together."""

from dataclasses import replace

import numpy as np
import polars as pl

from emergence.claims.judge import FEWEST_TASKS, Finding, Test, found, untestable
from emergence.claims.rows import ClaimTables, by_source, judged
from emergence.claims.rules import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED, decide, share


def loss_beats(*clocks: str, tables: ClaimTables) -> list[Finding]:
    """Of tasks on which loss or a clock foretells better for sure, the share where loss does; for each clock.

    Loss has to beat every clock; numbers and counter are those of the clock that it fares worst against.
    """
    told = {clock: {f.source: f for f in _against(clock, tables)} for clock in clocks}
    sources = sorted({source for findings in told.values() for source in findings})
    unknown = "not known of its runs, or of too few to compare"
    return [
        _against_each({clock: told[clock].get(source) or untestable(source, unknown) for clock in clocks})
        for source in sources
    ]


def _against(clock: str, tables: ClaimTables) -> list[Finding]:
    """What each source says of loss against one clock, once a task."""
    rows = (
        None
        if tables.clocks is None
        else tables.clocks.filter(pl.col("clock") == clock, pl.col("status") == "ok")
    )
    answers = []
    for _, part in by_source(judged(rows, tables)):
        decided = part.drop_nulls("loss_is_better")
        if decided.height < FEWEST_TASKS:
            why = (
                f"neither foretells better for sure on all but {decided.height} of"
                f" {part.height} tasks; five are asked for"
            )
            answers.append(untestable(part["source"][0], why))
            continue
        better = decided.filter("loss_is_better").height
        numbers = share(better, decided.height)
        median = float(np.median(part["difference"].drop_nulls().to_numpy()))
        words = (
            f"loss better on {better}, {clock} on {decided.height - better} of"
            f" {part.height} tasks; median gain {median:z.2f}"
        )
        verdict = decide(*numbers[1:], supported=lambda v: v > 0.5, words=words)
        least = decided.sort("difference", descending=verdict[0] == CONTRADICTED).row(0, named=True)
        counter = (
            f"{least['task']}: {least['error']:.2f} by {least['clock']}, {least['error_by_loss']:.2f} by loss"
        )
        answers.append(
            found(
                part,
                "share of decided tasks where loss foretells better",
                numbers,
                decided.height,
                verdict,
                counter=counter,
            )
        )
    return answers


def _against_each(told: dict[str, Finding]) -> Finding:
    """One answer of a source that has one a clock: loss beats all, is beaten by one, or neither."""
    tested = [finding for finding in told.values() if finding.verdict != NOT_TESTABLE]
    if len(told) == 1 or not tested:
        one = next(iter(told.values()))
        return one if len(told) == 1 else untestable(one.source, _each(told))
    verdicts = {finding.verdict for finding in told.values()}
    verdict = UNDETERMINED if len(verdicts) > 1 else verdicts.pop()
    if any(finding.verdict == CONTRADICTED for finding in tested):
        verdict = CONTRADICTED
    ranks = (CONTRADICTED, UNDETERMINED, SUPPORTED)
    worst = min(tested, key=lambda f: (ranks.index(f.verdict), f.low))
    return replace(worst, verdict=verdict, reason=_each(told))


def _each(told: dict[str, Finding]) -> str:
    return "; ".join(f"against {clock}: {finding.reason}" for clock, finding in told.items())


def clock_test(*clocks: str) -> Test:
    """The test that loss foretells scores better than each of some clocks does."""
    return lambda tables: loss_beats(*clocks, tables=tables)
