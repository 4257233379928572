"""Fits one task: the best threshold, its interval, the evidence for it, and the verdict."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from emergence.errors import InputError
from emergence.points.series import Series, build_series, count_distinct, fraction
from emergence.shapes.curves import FORMS
from emergence.shapes.search import MIN_SIDE
from emergence.threshold import verdict as rules
from emergence.threshold.diagnostics import Analysis
from emergence.threshold.replicates import Interval
from emergence.threshold.result import ThresholdFit
from emergence.threshold.steps import Plan, analyse

MAIN_SHARE = 0.8
"""Of the checkpoints: a run with more, among runs too short to be fitted, is fitted alone."""


RESOLUTION = 1e-9
"""Of the loss: a range below it is one loss, since its differences are rounding. Of the score: squared."""
LEAST_RANGE = 1e-60
"""Of the score: a smaller range counts as none, its squares would vanish."""

NO_RISE = (
    "floor_low",
    "floor_high",
    "floor_differs_from_chance",
    "eta",
    "eta_low",
    "eta_high",
    "form",
    "slope",
    "slope_low",
    "slope_high",
    "n_above",
    "n_below",
    "runs_above",
    "runs_below",
    "width",
    "width_low",
    "width_high",
    "curve",
    "replicates",
)
"""What a series does not have whose score never rises as loss falls."""


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
    if fraction("confidence", confidence) in (0, 1):
        raise InputError(f"confidence: a fraction inside (0, 1) wanted, found {confidence}")
    if form is not None and form not in FORMS:
        raise InputError(f"form: one of {', '.join(FORMS)} or None wanted, found {form!r}")
    if not isinstance(replicates, (int, np.integer)) or replicates < 20:
        raise InputError(f"replicates: a whole number of at least 20 wanted, found {replicates!r}")
    series = build_series(loss, score, n_items, stderr, run, order, chance, higher_is_better)
    generator = _generator(rng)
    keep = None if form is None else FORMS.index(form)
    return fit_series(series, Plan(confidence, replicates, keep=keep), generator)


def _generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and rng >= 0):
        return np.random.default_rng(0 if rng is None else int(rng))
    raise InputError(f"rng: a numpy Generator, a seed of 0 or more or None wanted, found {rng!r}")


def fit_series(series: Series, plan: Plan, rng: np.random.Generator) -> ThresholdFit:
    """Fit a checked series: by runs from three on, two runs each on its own, one run by its own noise."""
    series = _main_run(series)
    unfit = _unfit(series, plan.confidence)
    if unfit is not None:
        return unfit
    pooled = _result(analyse(series, plan, rng))
    if series.n_runs != 2:
        return pooled
    alone = [fit_series(series.only_run(code), plan, rng) for code in (0, 1)]
    return _envelope(pooled, alone)


def _main_run(series: Series) -> Series:
    """Keep one run alone where no other has enough losses to be fitted and it holds most checkpoints.

    Drawing runs would draw that run or nothing; the others' checkpoints are counted as dropped.
    """
    count = np.bincount(series.run)
    main = int(count.argmax())
    others = np.delete(count, main)
    if others.size == 0 or count[main] < MAIN_SHARE * count.sum() or others.max() > 2 * MIN_SIDE:
        return series
    return series.only_run(main)


def _unfit(series: Series, confidence: float) -> ThresholdFit | None:
    """Give the row of a series that no threshold can be fitted to, or None."""
    distinct = count_distinct(series.loss)
    if np.ptp(series.loss) <= RESOLUTION * series.loss[-1]:
        status, why = "one_loss", "all checkpoints have the same loss"
    elif np.ptp(series.score) <= max(RESOLUTION**2 * np.abs(series.score).max(), LEAST_RANGE):
        status, why = "constant_score", "the score never changes"
    elif distinct < 2 * MIN_SIDE + 1:
        status, why = "too_few_points", f"{distinct} distinct losses, at least {2 * MIN_SIDE + 1} wanted"
    else:
        return None
    verdict = "not_identified"
    if status == "constant_score" and series.chance is not None:
        over = float(series.score[0]) - series.chance
        verdict = "at_floor" if abs(over) <= rules.FLOOR_MARGIN else verdict
        verdict = "above_floor" if over > rules.ABOVE_MARGIN else verdict
    return ThresholdFit(**_identity(series, confidence), status=status, verdict=verdict, reason=why)


def _identity(series: Series, confidence: float) -> dict[str, Any]:
    return {
        "n_checkpoints": series.loss.size,
        "n_dropped": series.n_dropped,
        "n_runs": series.n_runs,
        "loss_min": float(series.loss[0]),
        "loss_max": float(series.loss[-1]),
        "chance": series.chance,
        "confidence": confidence,
        "inference": "across_runs" if series.n_runs >= 3 else "within_run",
        "points": np.stack([series.loss, -series.score if series.turned else series.score]),
        "turned": series.turned,
    }


def _result(a: Analysis) -> ThresholdFit:
    """Put an analysis into one frozen result, in the sense of the score as it was given."""
    s, c = a.series, a.curve
    evidence = a.evidence()
    verdict, reason = rules.judge(evidence)
    floor = a.drawn.interval(c.floor, a.drawn.values[1], a.confidence)
    fixed = a.floor is not None
    etas = [a.fits.curve(f).eta for f in range(len(FORMS)) if a.fits.numbers[f, 0] > 0]
    floor, slope = _turned(floor, s.turned), _turned(a.slope, s.turned)
    sign = -1.0 if s.turned else 1.0
    fit = ThresholdFit(
        **_identity(s, a.confidence),
        floor=sign * c.floor,
        floor_low=None if fixed else floor.low,
        floor_high=None if fixed else floor.high,
        floor_is_fixed=fixed,
        floor_differs_from_chance=None
        if fixed or s.chance is None
        else not floor.low <= s.chance <= floor.high,
        eta=c.eta,
        eta_low=a.eta.low,
        eta_high=a.eta.high,
        form=c.form,
        eta_by_form_min=min(etas, default=None),
        eta_by_form_max=max(etas, default=None),
        slope=sign * c.mean_slope(float(s.loss[0])),
        slope_low=slope.low,
        slope_high=slope.high,
        n_above=int(a.above.sum()),
        n_below=int((~a.above).sum()),
        runs_above=evidence.runs_above,
        runs_below=evidence.runs_below,
        p_threshold=a.p_threshold,
        p_local=evidence.p_local,
        width=a.width.width,
        width_low=a.width.low,
        width_high=a.width.high,
        delta_smooth=None if a.held_out is None else a.held_out.difference,
        delta_smooth_se=None if a.held_out is None else a.held_out.se,
        rho=a.sample.rho,
        **a.shares,
        status="at_edge" if a.at_edge else "ok",
        verdict=verdict,
        reason=reason,
        curve=c,
        replicates=a.drawn,
    )
    gone: dict[str, Any] = dict.fromkeys(NO_RISE)
    return fit if a.rises else replace(fit, status="no_rise", **gone)


def _turned(interval: Interval, turned: bool) -> Interval:
    return Interval(-interval.high, -interval.low) if turned else interval


def _envelope(pooled: ThresholdFit, alone: list[ThresholdFit]) -> ThresholdFit:
    """Join two runs fitted each on its own: the widest limits, and the verdict that both support."""
    lows = [f.eta_low for f in alone if f.eta_low is not None]
    highs = [f.eta_high for f in alone if f.eta_high is not None]
    low = high = None
    if pooled.eta is not None:
        low, high = min([*lows, pooled.eta]), max([*highs, pooled.eta])
    verdict, reason = _agree(alone)
    return replace(
        pooled,
        eta_low=low,
        eta_high=high,
        p_threshold=max((f.p_threshold for f in alone if f.p_threshold is not None), default=None),
        verdict=verdict,
        reason=reason,
    )


def _agree(alone: list[ThresholdFit]) -> tuple[str, str]:
    first, second = alone
    if first.verdict == second.verdict and not first.verdict.startswith("emergent"):
        return first.verdict, f"both runs alone: {first.reason}"
    if first.verdict.startswith("emergent") and second.verdict.startswith("emergent"):
        lows, highs = (first.eta_low, second.eta_low), (first.eta_high, second.eta_high)
        if max(v for v in lows if v is not None) > min(v for v in highs if v is not None):
            return "ambiguous", "both runs have a threshold, but their intervals of eta do not meet"
        verdict = first.verdict if first.verdict == second.verdict else "emergent"
        return verdict, f"both runs alone: {first.reason}"
    if "not_identified" in (first.verdict, second.verdict):
        unclear = first if first.verdict == "not_identified" else second
        return "not_identified", f"one of two runs alone: {unclear.reason}"
    return "ambiguous", f"the two runs alone disagree: {first.verdict} and {second.verdict}"
