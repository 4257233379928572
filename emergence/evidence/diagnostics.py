"""What the rules read of one series: intervals, tests, stretches and shares, each computed when asked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emergence.evidence import cut_offs
from emergence.evidence.contrasts import (
    Contrast,
    Sample,
    departure_contrast,
    half_contrast,
    mean_contrast,
    slope_contrast,
    start_contrast,
)
from emergence.evidence.crossings import Crossings, Noise
from emergence.evidence.departure import Departure
from emergence.evidence.eta_limits import widened
from emergence.evidence.existence_test import threshold_test
from emergence.evidence.family import Family, draw_by_runs, draw_within_run, fit_ceiling, refine_family
from emergence.evidence.floor import Floor, highest_losses
from emergence.evidence.held_out_runs import HeldOut, compare_left_out
from emergence.evidence.levelled import Levelled, level_runs
from emergence.evidence.misfit import misfit_test
from emergence.evidence.plan import Plan
from emergence.evidence.replicates import (
    Interval,
    Replicates,
    noise_stretch,
    resample_runs,
    simulate_run,
)
from emergence.evidence.step_test import StepExcess, excess_of_run, excess_of_runs
from emergence.evidence.width import Profile, run_profile, runs_profile, width_limits
from emergence.numerics.arrays import SIGNIFICANCE, Floats
from emergence.points.scatter import Scatter, draw_ar1, independent, monotone_fit
from emergence.points.series import Series, count_distinct
from emergence.shapes.curves import FORMS, JUMP, ThresholdCurve
from emergence.shapes.search import MAX_GAPS, Design, build_design
from emergence.shapes.smooth_curves import NUMBERS, SMOOTH_FORMS, SmoothFits

Flags = NDArray[np.bool_]
SKIPS: Final = (0.0, 1 / 3, 1 / 2)
"""Parts of the points above the departure that a level stretch may leave out, from the lowest loss up."""


@dataclass(frozen=True, slots=True)
class Level:
    """Whether a stretch is long enough to be a floor, how its halves differ, and how it slopes."""

    eligible: bool
    halves: Contrast
    slope: Contrast


@dataclass(frozen=True)
class Analysis:
    """A series with its fits; every test and replicate draws from a stream of its own, when first asked
    for.
    """

    series: Series
    scatter: Scatter
    design: Design
    coarse: Design
    family: Family
    first_curve: ThresholdCurve
    smooth: SmoothFits
    sample: Sample
    floor: Floor
    noise_sd: Floats
    flexible: Floats
    plan: Plan
    streams: list[np.random.Generator]

    @property
    def by_run(self) -> bool:
        """Whether runs are drawn; else one run's noise is."""
        return self.series.n_runs >= 3

    @cached_property
    def p_threshold(self) -> float:
        """The p-value of any threshold against a flat score."""
        return threshold_test(
            self.streams[1],
            self.coarse,
            self.series.score,
            self.noise_sd,
            self.series.order,
            self.sample.rho,
            self.plan.replicates,
            most=self.plan.most_replicates,
        )

    @cached_property
    def total(self) -> float:
        """Weighted sum of squares about the mean."""
        return float(self.design.w @ (self.series.score - self.design.w @ self.series.score) ** 2)

    @property
    def n_effective(self) -> float:
        """Independent checkpoints that tell as much as those at hand, with their memory."""
        return independent(self.series.loss.size, self.sample.rho)

    @property
    def rises(self) -> bool:
        """Whether any threshold form rises towards lower loss."""
        return self.family.gain > 0

    @cached_property
    def in_points(self) -> bool:
        """Whether the score is a share of items, so that a step of 0.02 means 2 points."""
        s = self.series
        share = bool((s.score >= 0).all() and (s.score <= 1).all())
        return not s.turned and share and (s.chance is not None or s.n_items is not None)

    @cached_property
    def rise(self) -> float:
        """Score gained from the floor to the lowest loss."""
        return float(self.first_curve(self.series.loss[0])[()]) - self.floor.level.value

    @cached_property
    def crossings(self) -> Crossings:
        """Where the monotone fit reaches its levels."""
        noise = Noise(self.flexible, self.noise_sd, self.sample.rho, lambda: self.unit_noise)
        s, rng = self.series, self.streams[2]
        return Crossings(s, self.design.w, self.floor, noise, self.plan, rng, self.rise, self.in_points)

    @cached_property
    def unit_noise(self) -> Floats:
        """AR(1) noise of unit variance at the points, (n, B): what departure, eta and fit are drawn with."""
        s, B = self.series, self.plan.replicates
        noise = np.empty((s.loss.size, B))
        noise[s.order] = draw_ar1(self.streams[2], s.loss.size, B, self.sample.rho)
        return noise

    @property
    def departure(self) -> Departure:
        """The losses at which the score stands 2 and 5 points above its floor, and 2 above chance."""
        return self.crossings.departure

    def lasting(self, level: float) -> float:
        """Give the greatest loss from which the scores of a run lie above a level lastingly; −inf if none."""
        return self.crossings.lasting(level)

    @cached_property
    def at(self) -> float:
        """The loss that parts the floor from the rise: 2 points above the floor, or eta where it rises
        less.
        """
        first = float(self.crossings.seen[0, 0])
        return first if np.isfinite(first) else self.first_curve.eta

    @cached_property
    def above(self) -> Flags:
        """Points at or above that loss."""
        return np.asarray(self.series.loss >= self.at)

    @cached_property
    def p_fit(self) -> float:
        """The p-value of the threshold family's lack of fit; a ceiling is tried before it is said to
        misfit.
        """
        return self._fitted[1]

    @property
    def curve(self) -> ThresholdCurve:
        """The threshold curve of any power, with a ceiling where only that fits."""
        return self._fitted[0].curve() if self.plan.keep is None else self.first_curve

    @cached_property
    def _fitted(self) -> tuple[Family, float]:
        rng = self.streams[3]
        if self.plan.keep is not None:
            return self.family, self._misfit(rng, self.first_curve)
        width = width_limits(self.profile, cut_offs.WIDTH_CONFIDENCE)
        wide = width.low > cut_offs.sharp_width(self.at, self.design.scale)
        family = refine_family(self.design, self.series.score, self.family)
        family = family.without_jump() if wide else family
        p = self._misfit(rng, family.curve())
        if p >= SIGNIFICANCE:
            return family, p
        capped = fit_ceiling(self.design, self.series.score, family)
        if not capped.capped:
            return family, p
        again = self._misfit(rng, capped.curve())
        return (capped, again) if again >= SIGNIFICANCE else (family, p)

    def _misfit(self, rng: np.random.Generator, curve: ThresholdCurve) -> float:
        s = self.series
        residual = s.score - curve(s.loss)
        noise = None if self.by_run else self.noise_sd[:, None] * self.unit_noise
        return misfit_test(rng, self.design, curve, residual, noise)

    @cached_property
    def drawn(self) -> Replicates:
        """The threshold curve of every replicate."""
        s, plan, rng = self.series, self.plan, self.streams[4]
        if plan.keep is not None and self.by_run:
            return resample_runs(rng, self.coarse, s.score, None, plan.replicates, plan.confidence, plan.keep)
        if plan.keep is not None:
            return simulate_run(
                rng,
                self.coarse,
                self.first_curve(s.loss),
                noise_sd=self.noise_sd,
                order=s.order,
                rho=self.sample.rho,
                replicates=plan.replicates,
                confidence=plan.confidence,
                form=plan.keep,
            )
        family = self._fitted[0]
        if self.by_run:
            return draw_by_runs(
                rng, self.design, self.coarse, s.score, family, plan.replicates, plan.confidence
            )
        scores = self.flexible[:, None] + self.noise_sd[:, None] * self.unit_noise
        stretch = noise_stretch(s.loss.size, self.sample.rho, plan.confidence)
        return draw_within_run(self.design, self.coarse, scores, family, stretch)

    @cached_property
    def eta(self) -> Interval:
        """Eta's interval, by its replicates and by how well curves with other etas fit, whichever is wider.

        A jump, and a start as steep, may lie anywhere in their gap, so both widen by it. No checkpoint that
        lies lastingly above the floor is left on the floor's side of it.
        """
        curve, losses = self.curve, self.series.loss
        got = self.drawn.interval(curve.eta, self.drawn.values[0], self.plan.confidence)
        if self.plan.keep is None:
            score, confidence = self.series.score, self.plan.confidence
            n = self.n_effective
            got = widened(got, self._fitted[0], self.drawn, self.design, score, n, confidence)
        low, high = got.low, got.high
        if curve.form == FORMS[JUMP] or curve.power < 1:
            low -= curve.eta - float(losses[losses < curve.eta].max(initial=losses[0]))
            high += float(losses[losses > curve.eta].min(initial=losses[-1])) - curve.eta
        high = max(high, self.lasting(self.floor.level.value))
        return Interval(max(low, float(losses[0])), min(high, float(losses[-1])))

    @cached_property
    def slope(self) -> Interval:
        """The interval of the mean slope below eta."""
        lowest = np.maximum(float(self.series.loss[0]), self.drawn.cap)
        reach = self.drawn.values[0] - lowest
        powers = np.maximum(reach, 1e-300) ** (self.drawn.power - 1)
        slopes = np.where(reach > 0, self.drawn.values[2] * powers, 0.0)
        return self.drawn.interval(
            self.curve.mean_slope(float(self.series.loss[0])), slopes, self.plan.confidence
        )

    @cached_property
    def levelled(self) -> Levelled | None:
        """The fits to many runs brought to one level; None where they need not or cannot be."""
        if not self.by_run:
            return None
        return level_runs(self.series, self.design, self.scatter, self.flexible, self.above)

    @cached_property
    def profile(self) -> Profile:
        """How well each width of the transition fits."""
        s, rho = self.series, self.sample.rho
        if not self.by_run:
            t = s.order
            return run_profile(
                self.smooth, self.design.x[t], s.score[t], self.noise_sd[t], rho, self.design.scale
            )
        level = self.levelled
        if level is not None:
            return runs_profile(level.smooth, level.total, level.n_effective, self.design.scale)
        return runs_profile(self.smooth, self.total, self.n_effective, self.design.scale)

    @cached_property
    def step(self) -> StepExcess:
        """What a rise without a step leaves beyond the best transition."""
        if self.by_run:
            level = self.levelled
            fits = (self.family.forms, self.total) if level is None else (level.forms, level.total)
            return excess_of_runs(*fits, self.profile)
        s, t = self.series, self.series.order
        noise = (self.noise_sd[t], self.sample.rho)
        return excess_of_run(self.family.forms, self.design.x[t], s.score[t], *noise, self.profile)

    @cached_property
    def best_smooth(self) -> int:
        """The smooth form of least BIC."""
        n = self.series.loss.size
        rest = np.maximum(self.total - self.smooth.gain, 1e-14 * self.total)
        return int((n * np.log(rest) + np.array(NUMBERS) * np.log(n)).argmin())

    @cached_property
    def held_out(self) -> HeldOut | None:
        """Threshold against smooth in left-out runs; None within one run."""
        return compare_left_out(self.coarse, self.series.score, self.smooth) if self.by_run else None

    @cached_property
    def shares(self) -> dict[str, Any]:
        """Shares of variance that the shapes explain, weighted alike."""
        w, y = self.design.w, self.series.score
        errors = np.stack([y - self.first_curve(self.series.loss), y - monotone_fit(y, w)])
        threshold, isotonic = 1 - (errors**2 @ w) / self.total
        return {
            "r2_threshold": float(threshold),
            "r2_linear": float(self.smooth.gain[0] / self.total),
            "r2_smooth": float(self.smooth.gain[self.best_smooth] / self.total),
            "r2_isotonic": float(isotonic),
            "smooth_form": SMOOTH_FORMS[self.best_smooth],
        }

    @cached_property
    def explained(self) -> float:
        """Share of the variance that loss orders, of what is not the items' noise: in runs not seen, if
        there are.
        """
        share = self.shares["r2_isotonic"] if self.held_out is None else self.held_out.explained
        noise = float(self.design.w @ self.scatter.sampled) / self.total
        return float(share) / max(1 - noise, 0.2)

    @cached_property
    def stretches(self) -> tuple[Level, ...]:
        """The points above the departure, whole and in their upper parts, as possible floors."""
        at = np.flatnonzero(self.above)
        return tuple(self._level(at[int(at.size * skip) :]) for skip in SKIPS)

    def _level(self, at: NDArray[np.int64]) -> Level:
        losses = self.series.loss[at]
        rows = np.zeros(self.series.loss.size, dtype=bool)
        rows[at] = True
        wide = at.size > 1 and np.ptp(losses) >= cut_offs.STRETCH_SHARE * np.ptp(self.series.loss)
        eligible = wide and count_distinct(losses) >= cut_offs.MIN_CHECKPOINTS_SIDE and self.rise > 0
        if not eligible:
            return Level(False, Contrast(0.0, np.inf, 1.0), Contrast(0.0, np.inf, 1.0))
        return Level(True, half_contrast(self.sample, rows), slope_contrast(self.sample, rows))

    @property
    def slope_below(self) -> float:
        """Mean slope from the departure down to the lowest loss."""
        return self.rise / max(self.at - float(self.series.loss[0]), 1e-12 * self.design.scale)

    @cached_property
    def leaves(self) -> Contrast:
        """The lowest losses less the floor, within runs."""
        return departure_contrast(self.sample, self.floor.rows)

    @cached_property
    def lowest(self) -> Contrast:
        """The mean score of the lowest quarter of the checkpoints."""
        n = self.series.loss.size
        return mean_contrast(self.sample, np.arange(n) < max(2, n // 4))

    @cached_property
    def early(self) -> Contrast:
        """The slope in the highest third of the losses."""
        return slope_contrast(self.sample, highest_losses(self.series.loss, 1 / 3))

    @cached_property
    def late(self) -> Contrast:
        """The slope in the other losses."""
        return slope_contrast(self.sample, ~highest_losses(self.series.loss, 1 / 3))

    @cached_property
    def start(self) -> Contrast:
        """The score at the highest loss, by a line through the highest third."""
        return start_contrast(self.sample, highest_losses(self.series.loss, 1 / 3))

    @cached_property
    def fall(self) -> Contrast:
        """The slope over all losses, positive where the score rises."""
        return slope_contrast(self.sample, np.ones(self.series.loss.size, dtype=bool))

    @cached_property
    def p_local(self) -> float | None:
        """The threshold test again on the points near the departure; None where too few lie on either
        side.
        """
        s, reach = self.series, cut_offs.LOCAL_WINDOW * self.design.scale
        near = np.abs(s.loss - self.at) <= reach
        sides = (near & self.above, near & ~self.above)
        if min(count_distinct(s.loss[side]) for side in sides) < cut_offs.MIN_CHECKPOINTS_SIDE:
            return None
        run = np.unique(s.run[near], return_inverse=True)[1].astype(np.int64)
        if self.by_run and int(run.max()) < 2:
            return None
        design = build_design(s.loss[near], self.sample.weight[near], run, MAX_GAPS)
        order = np.argsort(np.argsort(s.order)[near], kind="stable")
        return threshold_test(
            self.streams[0],
            design,
            s.score[near],
            self.noise_sd[near],
            order,
            self.sample.rho,
            cut_offs.LOCAL_REPLICATES,
            most=0,
        )
