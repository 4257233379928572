"""Fits one task: where it departs from its floor, whether a threshold is located, and the verdict."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from emergence.errors import InputError
from emergence.evidence import cut_offs
from emergence.evidence.diagnostics import Analysis
from emergence.evidence.floor import top_fifth
from emergence.evidence.plan import Plan
from emergence.evidence.steps import analyse
from emergence.numerics.arrays import SIGNIFICANCE
from emergence.points.series import Series, build_series, count_distinct
from emergence.shapes.curves import FORMS
from emergence.threshold import verdict as rules
from emergence.threshold.outcome import identity, judge_alone, outcome
from emergence.threshold.result import ThresholdFit
from emergence.threshold.runs import (
    LEAST_DISTINCT,
    RESAMPLED_FROM,
    counted_runs,
    crossing_runs,
    judged_alone,
    seeing_floor,
)

RESOLUTION = 1e-9
"""Of the loss: a range below it is one loss, since its differences are rounding. Of the score: squared."""
LEAST_RANGE = 1e-60
"""Of the score: a smaller range counts as none, its squares would vanish."""


def fit_threshold(
    loss: ArrayLike,
    score: ArrayLike,
    *,
    n_items: ArrayLike | None = None,
    stderr: ArrayLike | None = None,
    run: ArrayLike | None = None,
    order: ArrayLike | None = None,
    chance: float | None = None,
    higher_is_better: bool = True,
    form: str | None = None,
    confidence: float = 0.95,
    replicates: int = 1000,
    rng: np.random.Generator | int | None = None,
) -> ThresholdFit:
    """Fit the loss below which a task's score leaves its floor, with interval, evidence and verdict.

    `loss`, `score` (n,): one value a checkpoint, loss above 0 in any one unit, score a fraction where it is
    an accuracy. `n_items` and `stderr` (scalar or (n,)) say how exact a score is. `run` (n,) names the run
    of each checkpoint, the unit that is resampled; without it all belong to one. `order` (n,): tokens or
    steps, what sorts a run in time; without it, falling loss. `chance`: the score of guessing; without it
    the floor is always free. `form` keeps to one of jump (with a slope), root, hinge, square, cube (powers
    ½, 1, 2, 3); without it the form is selected by BIC, anew in every replicate. `rng`: a generator or a
    seed; None is the seed 0, so that a call repeats itself.

    Raises InputError (a ValueError) naming the argument that cannot be used. A series that cannot be fitted
    is no error: its `status` says what was met. Method: Du et al. 2024 (arXiv 2403.15796, eq. 3),
    docs/method.md.

    >>> import numpy as np
    >>> loss = np.tile(np.linspace(2.0, 3.0, 30), 8)
    >>> score = 0.25 + 0.5 * np.maximum(2.5 - loss, 0) + np.random.default_rng(1).normal(0, 0.01, loss.size)
    >>> fit = fit_threshold(loss, score, run=np.repeat(np.arange(8), 30), chance=0.25)
    >>> bool(fit.eta_low < 2.5 < fit.eta_high), fit.status
    (True, 'ok')
    """
    if form is not None and form not in FORMS:
        raise InputError(f"form: one of {', '.join(FORMS)} or None wanted, found {form!r}")
    keep = None if form is None else FORMS.index(form)
    plan = Plan(confidence, replicates, keep=keep)
    series = build_series(loss, score, n_items, stderr, run, order, chance, higher_is_better)
    generator = _generator(rng)
    return fit_series(series, plan, generator)


def _generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and rng >= 0):
        return np.random.default_rng(0 if rng is None else int(rng))
    raise InputError(f"rng: a numpy Generator, a seed of 0 or more or None wanted, found {rng!r}")


def fit_series(series: Series, plan: Plan, rng: np.random.Generator) -> ThresholdFit:
    """Fit a checked series: by runs from six on, two to five each by itself, one by its own noise."""
    whole = counted_runs(series)
    unfit = _unfit(whole, plan.confidence)
    if unfit is not None:
        return unfit
    alone = [one for one in judged_alone(whole) if _unfit(one, plan.confidence) is None]
    if alone:
        return outcome(whole, _one_by_one(whole, alone, plan, rng), plan)
    first = analyse(whole, plan, rng)
    if first.by_run and first.p_threshold < SIGNIFICANCE and _one_sided(whole, first.at):
        crossing = crossing_runs(whole, first.at)[: RESAMPLED_FROM - 1]
        if crossing:
            return outcome(whole, _one_by_one(whole, crossing, plan, rng), plan)
    together = outcome(whole, [first], plan)
    return _sharp_within_runs(whole, together, first.at, plan, rng) or together


def _sharp_within_runs(
    whole: Series, together: ThresholdFit, at: float, plan: Plan, rng: np.random.Generator
) -> ThresholdFit | None:
    """Judge many runs one by one where thresholds that differ a little may blur their mean.

    That is where the mean leaves its floor, and is not shown to take more than MOST_BLURRED of a sharp width.
    What the runs show stands if most are sharp by themselves: a curve that is no threshold is so in few.
    """
    if together.verdict not in (rules.Verdict.LEAVES_FLOOR, rules.Verdict.GRADUAL):
        return None
    widest = cut_offs.sharp_width(at, float(np.ptp(whole.loss)))
    if together.width_low is None or together.width_low > cut_offs.MOST_BLURRED * widest:
        return None
    most = cut_offs.SHARP_SHARE * whole.n_runs
    crossing = crossing_runs(whole, at)
    if len(crossing) < most:
        return None
    analyses = _one_by_one(whole, crossing, plan, rng)
    if sum(judge_alone(a) == rules.Verdict.SHARP for a in analyses) < most:
        return None
    told = outcome(whole, analyses, plan)
    return told if told.verdict == rules.Verdict.SHARP else None


def _one_by_one(whole: Series, runs: list[Series], plan: Plan, rng: np.random.Generator) -> list[Analysis]:
    """Analyse each run that sees the floor by itself, with the floor at the highest losses of all."""
    highest = top_fifth(whole.loss)
    shared, seeing = replace(plan, floor_from=highest), seeing_floor(runs, highest)
    return [analyse(one, shared, own) for one, own in zip(seeing, rng.spawn(len(seeing)), strict=True)]


def _one_sided(series: Series, at: float) -> bool:
    """Say whether too few runs lie on one side of a loss for an interval by runs."""
    above = series.loss >= at
    sides = (np.unique(series.run[rows]).size for rows in (above, ~above))
    return min(sides) < cut_offs.MIN_RUNS_SIDE


def _unfit(series: Series, confidence: float) -> ThresholdFit | None:
    """Give the row of a series that nothing can be fitted to, or None."""
    distinct = count_distinct(series.loss)
    if np.ptp(series.loss) <= RESOLUTION * series.loss[-1]:
        status, why = "one_loss", "all checkpoints have the same loss"
    elif np.ptp(series.score) <= max(RESOLUTION**2 * np.abs(series.score).max(), LEAST_RANGE):
        status, why = "constant_score", "the score never changes"
    elif distinct < LEAST_DISTINCT:
        status, why = "too_few_points", f"{distinct} distinct losses, at least {LEAST_DISTINCT} wanted"
    elif _too_few_runs(series):
        status = "too_few_runs"
        why = f"{series.n_runs} runs, none with {LEAST_DISTINCT} distinct losses; {RESAMPLED_FROM} wanted"
    else:
        return None
    verdict = rules.Verdict.NOT_IDENTIFIED
    if status == "constant_score" and distinct >= LEAST_DISTINCT:
        verdict, why = _constant(series)
    return ThresholdFit(
        **identity(series, confidence),
        status=status,
        verdict=verdict.value,
        verdict_v1=rules.WORDS_OF_SCHEMA_1[verdict],
        reason=why,
    )


def _too_few_runs(series: Series) -> bool:
    """Say whether two to five runs are all too short to be judged by themselves."""
    return 2 <= series.n_runs < RESAMPLED_FROM and not judged_alone(series)


def _constant(series: Series) -> tuple[rules.Verdict, str]:
    """Judge a score that is one number at every loss: 0, or no more than guessing, is a floor."""
    value = float(series.score[0])
    if series.chance is None:
        return (
            (rules.Verdict.AT_FLOOR, "the score never changes, and is 0")
            if value == 0 and not series.turned
            else (rules.Verdict.NO_CHANGE, "the score never changes")
        )
    if value - series.chance > cut_offs.FLOOR_MARGIN:
        return rules.Verdict.NO_CHANGE, "the score never changes"
    where = "chance" if abs(value - series.chance) <= cut_offs.FLOOR_MARGIN else "below chance"
    return rules.Verdict.AT_FLOOR, f"the score never changes, and is {where}"
