"""What the rules read of one series: intervals, tests, stretches and shares, each computed when asked for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.numerics.arrays import SIGNIFICANCE, Floats
from emergence.points.scatter import Scatter, monotone_fit
from emergence.points.series import Series, count_distinct
from emergence.shapes.curves import JUMP, ROOT, ThresholdCurve
from emergence.shapes.search import MAX_GAPS, Design, FormFits, build_design, near_edge
from emergence.shapes.smooth_curves import NUMBERS, SMOOTH_FORMS, SmoothFits
from emergence.threshold import verdict as rules
from emergence.threshold.contrasts import (
    Contrast,
    Sample,
    half_contrast,
    mean_contrast,
    slope_contrast,
    start_contrast,
)
from emergence.threshold.existence_test import threshold_test
from emergence.threshold.held_out_runs import HeldOut, compare_left_out
from emergence.threshold.replicates import Interval, Replicates
from emergence.threshold.width import Width, run_width, transition_width

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Analysis:
    """A series with its fits and replicates; tests are drawn from `rng` when first asked for."""

    series: Series
    scatter: Scatter
    design: Design
    coarse: Design
    fits: FormFits
    form: int
    curve: ThresholdCurve
    floor: float | None
    smooth: SmoothFits
    sample: Sample
    noise_sd: Floats
    drawn: Replicates
    confidence: float
    replicates: int
    most_replicates: int
    rng: np.random.Generator

    @cached_property
    def p_threshold(self) -> float:
        """The p-value of any threshold against a flat score."""
        return threshold_test(
            self.rng,
            self.coarse,
            self.series.score,
            self.noise_sd,
            self.series.order,
            self.sample.rho,
            self.replicates,
            most=self.most_replicates,
        )

    @cached_property
    def held_out(self) -> HeldOut | None:
        """How threshold and smooth curve predict runs they have not seen; None within one run or two."""
        if self.series.n_runs < 3:
            return None
        return compare_left_out(self.coarse, self.series.score, self.smooth)

    @cached_property
    def total(self) -> float:
        """Weighted sum of squares about the mean."""
        y = self.series.score
        return float(self.design.w @ (y - self.design.w @ y) ** 2)

    @cached_property
    def rises(self) -> bool:
        """Whether any threshold form rises at all as loss falls; without a rise the curve is the mean."""
        return bool(self.fits.numbers[self.form, 0] > 0)

    @cached_property
    def above(self) -> Flags:
        """Points at or above eta."""
        return np.asarray(self.series.loss >= self.curve.eta)

    @cached_property
    def at_edge(self) -> bool:
        """Whether the best eta lies at an end of what was searched."""
        return bool(
            near_edge(self.design, self.form, (self.curve.eta - self.design.origin) / self.design.scale)
        )

    @cached_property
    def eta(self) -> Interval:
        """Eta's interval; a jump may lie anywhere in its gap, and a root's cusp sits at one, so both widen
        by it.
        """
        got = self.drawn.interval(self.curve.eta, self.drawn.values[0], self.confidence)
        low, high, losses = got.low, got.high, self.series.loss
        if self.form in (JUMP, ROOT) and self.rises:
            low -= self.curve.eta - float(losses[losses < self.curve.eta].max())
            high += float(losses[losses > self.curve.eta].min()) - self.curve.eta
        return Interval(max(low, float(losses[0])), min(high, float(losses[-1])))

    @cached_property
    def slope(self) -> Interval:
        """The interval of the mean slope below eta."""
        powers = np.array([1.0, 0.5, 1.0, 2.0, 3.0])[self.drawn.form]
        lowest = float(self.series.loss[0])
        reach = self.drawn.values[0] - lowest
        slopes = np.where(reach > 0, self.drawn.values[2] * np.maximum(reach, 1e-300) ** (powers - 1), 0.0)
        return self.drawn.interval(self.curve.mean_slope(lowest), slopes, self.confidence)

    @cached_property
    def n_effective(self) -> float:
        """The number of independent points that the checkpoints are worth, by their memory within a run."""
        rho = self.sample.rho
        return self.series.loss.size * (1 - rho) / (1 + rho)

    @cached_property
    def width(self) -> Width:
        """The transition's width."""
        s = self.series
        if s.n_runs < 3:
            t = s.order
            noise, rho = self.noise_sd[t], self.sample.rho
            return run_width(
                self.smooth, self.design.x[t], s.score[t], noise, rho, self.design.scale, self.confidence
            )
        return transition_width(self.smooth, self.total, self.n_effective, self.design.scale, self.confidence)

    @cached_property
    def best_smooth(self) -> int:
        """The smooth form of least BIC."""
        n = self.series.loss.size
        rest = np.maximum(self.total - self.smooth.gain, 1e-14 * self.total)
        return int((n * np.log(rest) + np.array(NUMBERS) * np.log(n)).argmin())

    @cached_property
    def shares(self) -> dict[str, Any]:
        """Shares of variance that the shapes explain, weighted alike."""
        w, y = self.design.w, self.series.score
        errors = np.stack([y - self.curve(self.series.loss), y - monotone_fit(y, w)])
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
    def rise(self) -> float:
        """Score gained from the floor to the lowest loss."""
        return float(self.curve(self.series.loss[0])[()]) - self.curve.floor

    @cached_property
    def has_stretch(self) -> bool:
        """Whether the score is level, by equivalence, over a stretch above eta, or over its upper part."""
        at = np.flatnonzero(self.above)
        return any(self._is_level(at[int(at.size * skip) :]) for skip in (0.0, 1 / 3, 1 / 2))

    def _is_level(self, at: NDArray[np.int64]) -> bool:
        losses = self.series.loss[at]
        if count_distinct(losses) < rules.MIN_CHECKPOINTS_SIDE:
            return False
        if np.ptp(losses) < rules.STRETCH_SHARE * np.ptp(self.series.loss) or self.rise <= 0:
            return False
        rows = np.zeros(self.series.loss.size, dtype=bool)
        rows[at] = True
        low, high = half_contrast(self.sample, rows).limits(1 - 2 * SIGNIFICANCE)
        # three stretches are tried: a line has three chances to look level
        slope = slope_contrast(self.sample, rows).limits(1 - 2 * SIGNIFICANCE / 3)[1]
        below = self.rise / (self.curve.eta - float(self.series.loss[0]))
        margin = max(rules.FLOOR_MARGIN, rules.FLOOR_SHARE * self.rise)
        return max(-low, high) < margin and slope < rules.STRETCH_SLOPE * below

    @cached_property
    def leaves(self) -> bool:
        """Whether the lowest losses score above the floor; by a margin, where no change is shown."""
        s, n = self.series, self.series.loss.size
        reference = s.chance + rules.FLOOR_MARGIN if s.chance is not None else np.inf
        if self.p_threshold < SIGNIFICANCE:
            seen = self.floor is None and int(self.above.sum()) >= rules.MIN_CHECKPOINTS_SIDE
            known = s.chance if s.chance is not None else np.inf
            reference = self.curve.floor if seen else min(known, self.highest.value)
        lowest = mean_contrast(self.sample, np.arange(n) < max(2, n // 4))
        return lowest.p_above(reference) < SIGNIFICANCE

    @cached_property
    def above_chance(self) -> bool:
        """Whether the lowest losses, all below eta, score above a known chance and not the floor alone."""
        if self.series.chance is None:
            return True
        below, n = int((~self.above).sum()), self.series.loss.size
        lowest = mean_contrast(self.sample, np.arange(n) < max(2, min(n // 4, below)))
        return lowest.p_above(self.series.chance) < SIGNIFICANCE

    @cached_property
    def highest(self) -> Contrast:
        """The mean score over the highest tenth of the range of losses, five checkpoints at least."""
        return mean_contrast(self.sample, highest_losses(self.series.loss, rules.STRETCH_SHARE))

    @cached_property
    def p_local(self) -> float | None:
        """The threshold test again on the points near eta; None where too few lie on either side."""
        s, reach = self.series, rules.LOCAL_WINDOW * self.design.scale
        near = np.abs(s.loss - self.curve.eta) <= reach
        sides = (near & self.above, near & ~self.above)
        if min(count_distinct(s.loss[side]) for side in sides) < rules.MIN_CHECKPOINTS_SIDE:
            return None
        run = np.unique(s.run[near], return_inverse=True)[1].astype(np.int64)
        if s.n_runs >= 3 and int(run.max()) < 2:
            return None
        design = build_design(s.loss[near], self.sample.weight[near], run, MAX_GAPS)
        order = np.argsort(np.argsort(self.series.order)[near], kind="stable")
        sd = np.sqrt(self.scatter.variance[near])
        return threshold_test(
            self.rng, design, s.score[near], sd, order, self.sample.rho, rules.LOCAL_REPLICATES, most=0
        )

    def evidence(self) -> rules.Evidence:
        """Collect what the rules read; the local test is drawn only where a threshold is about to be
        claimed.
        """
        s, above = self.series, self.above
        changes = self.p_threshold < SIGNIFICANCE
        third = highest_losses(s.loss, 1 / 3)
        early, start = slope_contrast(self.sample, third), start_contrast(self.sample, third)
        starts = s.chance is not None and start.p_above(s.chance + rules.ABOVE_MARGIN) < SIGNIFICANCE
        claimed = changes and self.leaves and self.has_stretch
        return rules.Evidence(
            loss_min=float(s.loss[0]),
            loss_max=float(s.loss[-1]),
            eta=self.curve.eta,
            eta_low=self.eta.low,
            eta_high=self.eta.high,
            at_edge=self.at_edge,
            n_above=count_distinct(s.loss[above]),
            n_below=count_distinct(s.loss[~above]),
            runs_above=int(np.unique(s.run[above]).size),
            runs_below=int(np.unique(s.run[~above]).size),
            within_run=s.n_runs < 3,
            single_checkpoints=s.n_runs >= 3 and s.n_runs == s.loss.size,
            p_threshold=self.p_threshold,
            leaves=self.leaves,
            above_chance=self.above_chance,
            starts_above=starts,
            has_stretch=self.has_stretch,
            rises_early=early.p_above() < SIGNIFICANCE,
            explained=self.explained,
            width_low=self.width.low,
            width_high=self.width.high,
            held_out=None
            if self.held_out is None
            else self.held_out.difference / max(self.held_out.se, 1e-300),
            p_local=self.p_local if claimed else None,
        )


def highest_losses(loss: Floats, share: float) -> Flags:
    """Pick the points in the top share of the range of losses, and never fewer than the five highest."""
    rows = np.asarray(loss >= loss[-1] - share * (loss[-1] - loss[0]))
    rows[-rules.MIN_CHECKPOINTS_SIDE :] = True
    return rows
