"""Fits one task: the best threshold, its interval, the evidence for it, and the verdict."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence import verdict as rules
from emergence.curves import FORMS, JUMP, Floats, ThresholdCurve
from emergence.errors import InputError
from emergence.evidence import (
    Sample,
    half_contrast,
    mean_contrast,
    slope_contrast,
    threshold_test,
)
from emergence.interval import Interval, Replicates, resample_runs, select_form, simulate_run
from emergence.noise import correct_rho, estimate_scatter, lag_one
from emergence.results import ThresholdFit
from emergence.search import MAX_GAPS, MIN_SIDE, Design, FormFits, build_design, fit_forms, near_edge
from emergence.series import Series, build_series


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
    confidence: float = 0.95,
    replicates: int = 1000,
    rng: np.random.Generator | int | None = None,
) -> ThresholdFit:
    """Fit the loss below which a task's score leaves its floor, with interval, evidence and verdict.

    `loss`, `score` (n,): one value a checkpoint, loss above 0 in any one unit, score a fraction where it is
    an accuracy. `n_items` and `stderr` (scalar or (n,)) say how exact a score is. `run` (n,) names the run
    of each checkpoint, the unit that is resampled; without it all belong to one. `order` (n,): tokens or
    steps, what sorts a run in time; without it, falling loss. `chance`: the score of guessing; without it
    the floor is always free. `rng`: a generator or a seed; None is the seed 0, so that a call repeats
    itself.

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
    if not 0 < confidence < 1:
        raise InputError(f"confidence: a fraction between 0 and 1 wanted, found {confidence}")
    if replicates < 20:
        raise InputError(f"replicates: at least 20 wanted, found {replicates}")
    series = build_series(loss, score, n_items, stderr, run, order, chance, higher_is_better)
    generator = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng or 0)
    return fit_series(series, confidence, replicates, generator)


def fit_series(series: Series, confidence: float, replicates: int, rng: np.random.Generator) -> ThresholdFit:
    """Fit a checked series: by runs from three on, two runs each on its own, one run by its own noise."""
    unfit = _unfit(series, confidence)
    if unfit is not None:
        return unfit
    if series.n_runs != 2:
        return _Analysis.of(series, confidence, replicates, rng).result()
    pooled = _Analysis.of(series, confidence, replicates, rng).result()
    alone = [series.only_run(code) for code in (0, 1)]
    return _envelope(pooled, [fit_series(one, confidence, replicates, rng) for one in alone])


def _unfit(series: Series, confidence: float) -> ThresholdFit | None:
    """Give the row of a series that no threshold can be fitted to, or None."""
    distinct = np.unique(series.loss).size
    if distinct == 1:
        status, why = "one_loss", "all checkpoints have the same loss"
    elif np.ptp(series.score) == 0:
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


@dataclass(frozen=True, slots=True)
class _Analysis:
    """One series with its fits and replicates, before they are put into words."""

    series: Series
    design: Design
    fits: FormFits
    form: int
    curve: ThresholdCurve
    floor: float | None
    sample: Sample
    drawn: Replicates
    p_threshold: float
    confidence: float

    @classmethod
    def of(cls, series: Series, confidence: float, replicates: int, rng: np.random.Generator) -> "_Analysis":
        scatter = estimate_scatter(series.score, series.run, series.n_items, series.stderr)
        weight = 1.0 / scatter.variance
        design = build_design(series.loss, weight, series.run)
        coarse = build_design(series.loss, weight, series.run, MAX_GAPS)
        fits, form, floor = _choose(design, series)
        curve = fits.curve(form)
        residual = series.score - curve(series.loss)
        rho = correct_rho(lag_one(residual, series.run, series.order), series.loss.size)
        sample = Sample(series.loss, series.score, weight, series.run, series.order, rho)
        shape = np.sqrt(scatter.variance / np.average(scatter.variance, weights=weight))
        noise_sd = shape * np.sqrt(float(design.w @ residual**2) * residual.size / max(residual.size - 4, 1))
        if series.n_runs >= 3:
            drawn = resample_runs(rng, coarse, series.score, floor, replicates, confidence)
        else:
            drawn = simulate_run(
                rng, coarse, curve(series.loss), noise_sd, series.order, rho, floor, replicates, confidence
            )
        p = threshold_test(rng, coarse, sample, noise_sd, replicates)
        return cls(series, design, fits, form, curve, floor, sample, drawn, p, confidence)

    def result(self) -> ThresholdFit:
        """Put the analysis into one frozen result."""
        s, c = self.series, self.curve
        eta = self.eta_interval()
        floor = self.drawn.interval(c.floor, self.drawn.values[1], self.confidence)
        slope, slopes = c.mean_slope(float(s.loss[0])), self.slope_interval()
        above = s.loss >= c.eta
        edge = bool(near_edge(self.design, self.form, (c.eta - self.design.origin) / self.design.scale))
        fixed = self.floor is not None
        evidence = self.evidence(eta, above, edge)
        verdict, reason = rules.judge(evidence)
        etas = [self.fits.curve(f).eta for f in range(5) if self.fits.numbers[f, 0] > 0]
        sign = -1.0 if s.turned else 1.0
        low, high = (floor.low, floor.high) if not s.turned else (-floor.high, -floor.low)
        slow, shigh = (slopes.low, slopes.high) if not s.turned else (-slopes.high, -slopes.low)
        differs = None
        if s.chance is not None and not fixed:
            differs = not low <= s.chance <= high
        return ThresholdFit(
            **_identity(s, self.confidence),
            floor=sign * c.floor,
            floor_low=None if fixed else low,
            floor_high=None if fixed else high,
            floor_is_fixed=fixed,
            floor_differs_from_chance=differs,
            eta=c.eta,
            eta_low=eta.low,
            eta_high=eta.high,
            form=c.form,
            eta_by_form_min=min(etas, default=None),
            eta_by_form_max=max(etas, default=None),
            slope=sign * slope,
            slope_low=slow,
            slope_high=shigh,
            n_above=evidence.n_above,
            n_below=evidence.n_below,
            runs_above=evidence.runs_above,
            runs_below=evidence.runs_below,
            p_threshold=self.p_threshold,
            rho=self.sample.rho,
            **self.shares(),
            status="at_edge" if edge else "ok",
            verdict=verdict,
            reason=reason,
            curve=c,
            replicates=self.drawn,
        )

    def eta_interval(self) -> Interval:
        """Give eta's interval, widened to the gap where a jump may lie anywhere in it, within the losses
        seen.
        """
        got = self.drawn.interval(self.curve.eta, self.drawn.values[0], self.confidence)
        low, high = got.low, got.high
        if self.form == JUMP:
            losses = self.series.loss
            low -= self.curve.eta - float(losses[losses < self.curve.eta].max())
            high += float(losses[losses > self.curve.eta].min()) - self.curve.eta
        return Interval(max(low, float(self.series.loss[0])), min(high, float(self.series.loss[-1])))

    def slope_interval(self) -> Interval:
        """Give the interval of the mean slope below eta."""
        powers = np.array([1.0, 0.5, 1.0, 2.0, 3.0])[self.drawn.form]
        reach = np.maximum(self.drawn.values[0] - self.series.loss[0], 0.0)
        slopes = np.where(reach > 0, self.drawn.values[2] * np.maximum(reach, 1e-300) ** (powers - 1), 0.0)
        return self.drawn.interval(self.curve.mean_slope(float(self.series.loss[0])), slopes, self.confidence)

    def shares(self) -> dict[str, Any]:
        """Give the shares of variance that the shapes explain, weighted alike."""
        w, y = self.design.w, self.series.score
        total = float(w @ (y - w @ y) ** 2)
        x = self.series.loss - w @ self.series.loss
        tilt = float(w @ (x * y)) / float(w @ x**2)
        monotone = estimate_scatter(y, self.series.run, None, None).fitted
        return {
            "r2_threshold": 1 - float(w @ (y - self.curve(self.series.loss)) ** 2) / total,
            "r2_linear": 1 - float(w @ (y - w @ y - tilt * x) ** 2) / total,
            "r2_isotonic": 1 - float(w @ (y - monotone) ** 2) / total,
        }

    def evidence(self, eta: Interval, above: NDArray[np.bool_], edge: bool) -> rules.Evidence:
        """Collect what the rules read."""
        s, n = self.series, self.series.loss.size
        lowest = mean_contrast(self.sample, np.arange(n) < max(2, n // 4))
        highest = mean_contrast(self.sample, highest_losses(s.loss, rules.STRETCH_SHARE))
        reference = s.chance if s.chance is not None else np.inf
        if self.p_threshold < rules.SIGNIFICANCE:
            seen = self.floor is None and above.sum() >= rules.MIN_CHECKPOINTS_SIDE
            reference = self.curve.floor if seen else min(reference, highest.value)
        early = slope_contrast(self.sample, highest_losses(s.loss, 1 / 3))
        starts = s.chance is not None and highest.p_above(s.chance + rules.ABOVE_MARGIN) < rules.SIGNIFICANCE
        return rules.Evidence(
            loss_range=float(s.loss[-1] - s.loss[0]),
            eta=self.curve.eta,
            eta_low=eta.low,
            eta_high=eta.high,
            at_edge=edge,
            n_above=int(np.unique(s.loss[above]).size),
            n_below=int(np.unique(s.loss[~above]).size),
            runs_above=int(np.unique(s.run[above]).size),
            runs_below=int(np.unique(s.run[~above]).size),
            within_run=s.n_runs < 3,
            p_threshold=self.p_threshold,
            leaves=lowest.p_above(reference) < rules.SIGNIFICANCE,
            starts_above=starts,
            has_stretch=self.has_stretch(above),
            rises_early=early.p_above() < rules.SIGNIFICANCE,
            explained=self.shares()["r2_isotonic"],
            width_low=None,
            width_high=None,
        )

    def has_stretch(self, above: NDArray[np.bool_]) -> bool:
        """Say whether the score is level, by equivalence, over the checkpoints above eta."""
        losses = self.series.loss[above]
        if np.unique(losses).size < rules.MIN_CHECKPOINTS_SIDE:
            return False
        if np.ptp(losses) < rules.STRETCH_SHARE * np.ptp(self.series.loss):
            return False
        low, high = half_contrast(self.sample, above).limits(1 - 2 * rules.SIGNIFICANCE)
        slope = slope_contrast(self.sample, above).limits(1 - 2 * rules.SIGNIFICANCE)[1]
        curve = self.curve
        rise = float(curve(self.series.loss[0])[()]) - curve.floor
        below = rise / (curve.eta - float(self.series.loss[0]))
        return max(-low, high) < rules.FLOOR_MARGIN and slope < rules.STRETCH_SLOPE * below


def highest_losses(loss: Floats, share: float) -> NDArray[np.bool_]:
    """Pick the points in the top share of the range of losses, and never fewer than the five highest."""
    rows = np.asarray(loss >= loss[-1] - share * (loss[-1] - loss[0]))
    rows[-rules.MIN_CHECKPOINTS_SIDE :] = True
    return rows


def _choose(design: Design, series: Series) -> tuple[FormFits, int, float | None]:
    """Fit a free floor; hold the known chance instead where too few checkpoints above eta tell and it fits
    them.
    """
    fits = fit_forms(design, series.score, None)
    form = _selected(fits, series.score)
    above = np.unique(series.loss[series.loss >= fits.curve(form).eta]).size
    if series.chance is None or above >= rules.MIN_CHECKPOINTS_SIDE:
        return fits, form, None
    start = series.score[highest_losses(series.loss, 0.0)]
    error = float(start.std(ddof=1)) / np.sqrt(start.size)
    if abs(float(start.mean()) - series.chance) > rules.ABOVE_MARGIN + 2 * error:
        return fits, form, None
    fits = fit_forms(design, series.score, series.chance)
    return fits, _selected(fits, series.score), series.chance


def _selected(fits: FormFits, score: Floats) -> int:
    z = score - fits.centre
    total = float(fits.design.w @ z**2) - (float(fits.design.w @ z) ** 2 if fits.free else 0.0)
    return int(select_form(fits.numbers[:, :1], np.array([total]), score.size)[0])


def _envelope(pooled: ThresholdFit, alone: list[ThresholdFit]) -> ThresholdFit:
    """Join two runs fitted each on its own: the widest limits, and the verdict that both support."""
    lows = [f.eta_low for f in alone if f.eta_low is not None]
    highs = [f.eta_high for f in alone if f.eta_high is not None]
    verdict, reason = _agree(alone)
    return replace(
        pooled,
        eta_low=min([*lows, pooled.eta or np.inf], default=None),
        eta_high=max([*highs, pooled.eta or -np.inf], default=None),
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


__all__ = ["FORMS", "fit_series", "fit_threshold"]
