"""Eta and the power of the rise, fitted together: once to the series, and anew in every replicate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from emergence.evidence.replicates import (
    Replicates,
    draw_runs,
    run_stretch,
    search_series,
    tails,
)
from emergence.numerics.arrays import Floats
from emergence.shapes.curves import FORMS, HINGE, JUMP, ThresholdCurve
from emergence.shapes.powers import (
    PowerFit,
    PowerGrid,
    best_by_runs,
    best_of_series,
    coarse_grid,
    fit_power,
    power_basis,
    power_cells,
    power_sums,
    refine_power,
)
from emergence.shapes.search import MAX_GAPS, Design, FormFits, focus_design, near_edge, search_replicates

PILOT: Final = 128
"""Replicates that find where eta and the power have to be looked for closely."""
CLOSE: Final = (36, 10)
"""Etas and powers of the close grid; a quarter as many etas lie outside it."""
CAPS: Final = 6
"""Losses tried as the one below which the score is level, in the lower half of the losses."""

Draw = Callable[[Design, PowerGrid, int], tuple[Floats, Floats]]
"""Fit (2 forms, 5 numbers, B) jump and hinge over a design, and (4, B) the powers over a grid."""


@dataclass(frozen=True, slots=True)
class Family:
    """The best curve of any power beside the forms with a power of their own, in scaled losses."""

    forms: FormFits
    power: PowerFit
    may_jump: bool = True

    @property
    def is_jump(self) -> bool:
        """Whether a jump with a slope leaves less than any power does: both fit four numbers."""
        return self.may_jump and not self.capped and float(self.forms.numbers[JUMP, 0]) > self.gain_of_power

    @property
    def capped(self) -> bool:
        """Whether the score is level below some loss: then only the power is meant."""
        return bool(np.isfinite(self.power.cap))

    @property
    def gain_of_power(self) -> float:
        """The fall of the sum of squares by the best power; the exact hinge is one of them."""
        return max(self.power.gain, float(self.forms.numbers[HINGE, 0]))

    @property
    def gain(self) -> float:
        """The fall of the sum of squares by the best curve of all."""
        return max(self.gain_of_power, float(self.forms.numbers[JUMP, 0]))

    def without_jump(self) -> "Family":
        """Give the powers alone, where the transition is shown to be wide."""
        return replace(self, may_jump=False)

    def curve(self) -> ThresholdCurve:
        """Give the best curve in the units of loss and score."""
        if self.is_jump:
            return self.forms.curve(JUMP)
        if not self.capped and self.power.gain <= float(self.forms.numbers[HINGE, 0]):
            return self.forms.curve(HINGE)
        p, d = self.power, self.forms.design
        reach = d.scale * (p.eta - max(0.0, p.cap))
        cap = d.to_loss(p.cap) if self.capped else -np.inf
        slope = p.rise / reach**p.power
        floor = p.floor + self.forms.centre
        return ThresholdCurve(
            "plateau" if self.capped else "power", d.to_loss(p.eta), floor, slope, 0.0, p.power, cap
        )


def search_ends(design: Design) -> tuple[float, float]:
    """Least and greatest eta (scaled) that leave enough distinct losses on either side."""
    return float(design.lo[0]), float(design.hi[-1])


def fit_family(design: Design, score: Floats, forms: FormFits) -> Family:
    """Fit the power beside the forms already fitted to the same series."""
    cells = power_cells(design.x, design.w, score - forms.centre)
    return Family(forms, fit_power(*cells, search_ends(design)))


def refine_family(design: Design, score: Floats, family: Family) -> Family:
    """Fit the power again on all points, where a long series was pooled into cells."""
    z = score - family.forms.centre
    return replace(family, power=refine_power(design.x, design.w, z, search_ends(design), family.power))


def fit_ceiling(design: Design, score: Floats, family: Family) -> Family:
    """Fit the power with a level ceiling, over the losses below which the score may be level."""
    z = score - family.forms.centre
    low, high = search_ends(design)
    lower = design.x[(design.x > low) & (design.x < 0.5 * (low + high))]
    if lower.size < CAPS:
        return family
    caps = np.unique(np.quantile(lower, np.linspace(0, 1, CAPS)))
    cells = power_cells(design.x, design.w, z)
    best = replace(family, power=fit_power(*cells, (low, high), caps.tolist()))
    return refine_family(design, score, best)


def draw_by_runs(
    rng: np.random.Generator,
    design: Design,
    coarse: Design,
    score: Floats,
    family: Family,
    replicates: int,
    confidence: float,
) -> Replicates:
    """Refit with whole runs drawn again; eta, power and the jump are all sought anew."""
    counts = draw_runs(rng, design.n_runs, replicates)
    z = score - family.forms.centre
    weight = np.bincount(design.run, design.w)
    height = np.bincount(design.run, design.w * z)
    order = np.argsort(design.run, kind="stable")
    start = np.searchsorted(design.run[order], np.arange(design.n_runs + 1))
    x, w, own_z = design.x[order], design.w[order], z[order]

    def draw(gaps: Design, grid: PowerGrid, count: int) -> tuple[Floats, Floats]:
        own = np.ascontiguousarray(counts[:, :count])
        forms = search_replicates(gaps, z, own, own, free=True, lean=True)[[JUMP, HINGE]]
        sums = power_sums(x, w, own_z, start, grid)
        return forms, np.asarray(best_by_runs(sums, weight, height, own))

    return _close(draw, design, coarse, family, replicates, run_stretch(design.n_runs, confidence))


def draw_within_run(
    design: Design, coarse: Design, series: Floats, family: Family, stretch: float
) -> Replicates:
    """Refit series (n, B) that were drawn about the fit, losses fixed."""
    scores = series - family.forms.centre

    def draw(gaps: Design, grid: PowerGrid, count: int) -> tuple[Floats, Floats]:
        own = np.ascontiguousarray(scores[:, :count])
        forms = search_series(gaps, own, free=True, lean=True)[0][[JUMP, HINGE]]
        basis = power_basis(design.x, grid.eta, grid.power, grid.cap)
        weighed = basis * design.w
        sums = ((weighed).sum(axis=1), (weighed * basis).sum(axis=1), weighed @ own)
        return forms, np.asarray(best_of_series(*sums, design.w @ own))

    return _close(draw, design, coarse, family, series.shape[1], stretch)


def _close(
    draw: Draw, design: Design, coarse: Design, family: Family, replicates: int, stretch: float
) -> Replicates:
    """Look at a pilot over all losses, then closely where it puts eta and the power."""
    cap = family.power.cap
    ends = (max(search_ends(design)[0], cap + 1e-9), search_ends(design)[1])
    wide = coarse_grid(*ends, design.x, cap)
    count = min(PILOT, replicates)
    pilot = _join(design, *draw(coarse, wide, count), wide, family, stretch)
    eta = (np.append(pilot.values[0], family.curve().eta) - design.origin) / design.scale
    low, high = tails(eta, 0.005)
    reach = 0.5 * (high - low) + 2 / MAX_GAPS
    first, last = max(ends[0], low - reach), min(ends[1], high + reach)
    gaps = coarse
    if design.pos.size > coarse.pos.size:
        loss = design.to_loss(design.x)
        gaps = focus_design(loss, design.w, design.run, *(design.to_loss(first), design.to_loss(last)))
    powers = np.append(pilot.power[pilot.form != JUMP], family.power.power)
    step = wide.power[1] - wide.power[0]
    span = np.clip([powers.min() - step, powers.max() + step], wide.power[0], wide.power[-1])
    outside = np.linspace(ends[0], ends[1], CLOSE[0] // 4)
    etas = np.union1d(np.linspace(first, last, CLOSE[0]), outside)
    grid = PowerGrid(etas, np.linspace(span[0], span[1], CLOSE[1]), cap)
    return _join(design, *draw(gaps, grid, replicates), grid, family, stretch)


def _join(
    design: Design, forms: Floats, powers: Floats, grid: PowerGrid, family: Family, stretch: float
) -> Replicates:
    """Choose each replicate's best of jump, hinge and powers, and turn its numbers into units."""
    gains = np.stack([forms[0, 0], forms[1, 0], powers[1]])
    capped = np.isfinite(grid.cap)
    if capped:
        gains[:2] = -1.0
    if not family.may_jump:
        gains[0] = -1.0
    best = gains.argmax(axis=0)
    eta, power = grid.at(powers[0].astype(np.int64))
    lowest = max(0.0, grid.cap)
    reach = np.maximum(eta - lowest, 1e-12)
    slopes = powers[3] / reach**power
    scaled = np.stack([eta, powers[2], slopes, np.zeros_like(eta)])
    chosen = np.where(best == 0, forms[0, 1:], np.where(best == 1, forms[1, 1:], scaled))
    exponent = np.where(best == 2, power, 1.0)
    chosen = np.where(gains.max(axis=0) > 0, chosen, 0.0)
    values = np.stack(
        [
            design.to_loss(chosen[0]),
            chosen[1] + family.forms.centre,
            chosen[2] / design.scale**exponent,
            chosen[3],
        ]
    )
    form = np.array([JUMP, HINGE, len(FORMS)])[best]
    edge = near_edge(design, HINGE, chosen[0]) | (gains.max(axis=0) <= 0)
    cap = np.full(eta.size, design.to_loss(grid.cap) if capped else -np.inf)
    return Replicates(form, values, edge, stretch, exponent, cap)
