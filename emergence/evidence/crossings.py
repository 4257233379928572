"""The departure of one series: its monotone fit's crossings, and those of its replicates."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from emergence.evidence.departure import (
    STEPS,
    Departure,
    cross_by_runs,
    cross_levels,
    lasting_above,
    limits_of,
    pool_cells,
)
from emergence.evidence.floor import Floor
from emergence.evidence.plan import Plan
from emergence.evidence.replicates import draw_runs, noise_stretch, run_stretch
from emergence.numerics.arrays import Floats
from emergence.points.series import Series


@dataclass(frozen=True, slots=True)
class Noise:
    """What is drawn again within one run: unit noise (n, B), asked for, times SDs (n,) about a curve (n,)."""

    curve: Floats
    sd: Floats
    rho: float
    unit: Callable[[], Floats]


@dataclass(frozen=True)
class Crossings:
    """Where a series stands above its floor and above chance; replicates are drawn when first asked for.

    `rise` is the score gained from the floor to the lowest loss: what the steps are shares of, unless they
    are points.
    """

    series: Series
    weight: Floats
    floor: Floor
    noise: Noise
    plan: Plan
    rng: np.random.Generator
    rise: float
    in_points: bool

    @cached_property
    def steps(self) -> Floats:
        """Scores above the floor, and above chance, at which the departure is read."""
        return np.append(np.array(STEPS) * (1.0 if self.in_points else max(self.rise, 0.0)), STEPS[0])

    @cached_property
    def chance(self) -> float:
        """Two points above a known chance; NaN where there is none."""
        chance = self.series.chance if self.in_points else None
        return np.nan if chance is None else chance + STEPS[0]

    @cached_property
    def levels(self) -> Floats:
        """Scores at which the departure is read: above the floor, and above a known chance."""
        return np.append(self.floor.level.value + self.steps[:-1], self.chance)

    @cached_property
    def seen(self) -> Floats:
        """Losses at which the monotone fit reaches the levels, and the gaps that hold them: (3, levels)."""
        return self._cross(self.series.score[:, None], self.levels[None])[:, 0]

    def _cross(self, scores: Floats, levels: Floats) -> Floats:
        """Crossings of series (n, B) over the losses of this one."""
        s, w = self.series, self.weight
        cells = pool_cells(s.loss, w, s.score, np.zeros_like(s.run), 1)
        height = w[:, None] * scores
        if cells.x.size < s.loss.size:
            height = np.add.reduceat(height, np.searchsorted(s.loss, cells.first), axis=0)
        height = np.ascontiguousarray(height)
        places = (cells.x, cells.first, cells.last)
        return np.asarray(cross_levels(*places, cells.weight[0], height, levels, self.steps))

    @cached_property
    def departure(self) -> Departure:
        """The losses at which the score stands 2 and 5 points above its floor, and 2 above chance."""
        by_run = self.series.n_runs >= 3
        drawn, centre, stretch = self._by_runs() if by_run else self._within_run()
        ends = self.series.ends
        limits = limits_of(self.seen, drawn, stretch, centre, self.plan.confidence, ends, both=not by_run)
        loss, low, high = limits
        lasting = np.array([self.lasting(level) for level in self.levels])
        # A curve that never falls stands above the level from there on: it left at no lower loss. Of many
        # runs half have to stand so, since one may have left before the others.
        surely = np.array([np.median(self.lasting_of_runs(level, capped=False)) for level in self.levels])
        low = np.where(np.isnan(low), low, np.maximum(low, np.minimum(surely, loss)))
        return Departure(loss, low, np.where(np.isnan(high), high, np.maximum(high, lasting)), lasting)

    def _by_runs(self) -> tuple[Floats, Floats, float]:
        """Crossings of replicates (3, B, levels), what they scatter about, and their stretch: runs drawn
        again.
        """
        s, B = self.series, self.plan.replicates
        cells = pool_cells(s.loss, self.weight, s.score, s.run, s.n_runs)
        counts = draw_runs(self.rng, s.n_runs, B)
        levels = self._levels_above(self.floor.drawn(counts), self.chance)
        places = (cells.x, cells.first, cells.last)
        drawn = cross_by_runs(*places, cells.weight, cells.height, counts, levels, self.steps)
        return np.asarray(drawn), self.seen, run_stretch(s.n_runs, self.plan.confidence)

    def _within_run(self) -> tuple[Floats, Floats, float]:
        """The same with the noise of one run drawn again about its flexible curve."""
        n, curve = self.series.loss.size, self.noise.curve[:, None]
        scores = np.hstack([curve, curve + self.noise.sd[:, None] * self.noise.unit()])
        floors = self.floor.of_series(self.weight, scores)
        drawn = self._cross(scores, self._levels_above(floors, 0.0 if np.isnan(self.chance) else self.chance))
        return drawn[:, 1:], drawn[:, 0], noise_stretch(n, self.noise.rho, self.plan.confidence)

    def _levels_above(self, floors: Floats, chance: float) -> Floats:
        return np.column_stack([floors[:, None] + self.steps[:-1], np.full(floors.size, chance)])

    def lasting(self, level: float) -> float:
        """Give the greatest loss from which the scores of a run lie above a level lastingly; −inf if none."""
        return float(self.lasting_of_runs(level).max())

    def lasting_of_runs(self, level: float, *, capped: bool = True) -> Floats:
        """Give that loss of each run (R,).

        `capped`: six points count as enough where the noise is wider, which does not prove them.
        """
        s, sd = self.series, self.noise.sd
        in_points = self.in_points and capped
        return lasting_above(s.loss, s.score, s.run, s.order, sd, level, in_points=in_points)
