"""Limits of eta by likelihood: every eta with which a curve of some power fits nearly as well as the best.

Where the power trades against eta, replicates stay near the power that was found and tell too little.
"""

from typing import Final

import numpy as np
from scipy.special import stdtrit

from emergence.evidence.family import Family, search_ends
from emergence.evidence.replicates import Interval, Replicates
from emergence.numerics.arrays import Floats
from emergence.shapes.curves import JUMP
from emergence.shapes.powers import (
    GREATEST_POWER,
    LEAST_POWER,
    PowerGrid,
    power_cells,
    power_sums,
    rises_and_gains,
)
from emergence.shapes.search import Design

ETAS: Final = 32
"""Etas tried over all losses, and as many about the replicates' interval."""
POWERS: Final = 20
NUMBERS: Final = 4
"""Floor, rise, eta and power, which the fit takes from the data."""
SELECTED: Final = 0.5
"""Of the error allowed: eta is published only where its interval is narrow, and some are so by chance."""


def widened(
    drawn_interval: Interval,
    family: Family,
    drawn: Replicates,
    design: Design,
    score: Floats,
    n_effective: float,
    confidence: float,
) -> Interval:
    """Widen an interval (in units of loss) to all etas that a curve of some power fits nearly as well."""
    near = np.array([drawn_interval.low, drawn_interval.high, family.curve().eta])
    etas = _etas(design, family, (near - design.origin) / design.scale)
    z = score - family.forms.centre
    gains = _best_gains(design, z, PowerGrid(etas, _powers(drawn), family.power.cap))
    total = float(design.w @ z**2) - float(design.w @ z) ** 2
    best = max(float(gains.max()), family.gain if family.is_jump else 0.0)
    degrees = max(3.0, n_effective - NUMBERS)
    distance = np.sqrt(degrees * (best - gains) / max(total - best, 1e-14 * total))
    furthest = float(stdtrit(degrees, 1 - SELECTED * (1 - confidence) / 2))
    low, high = _reach(etas, distance, furthest)
    return Interval(
        min(drawn_interval.low, design.to_loss(low)), max(drawn_interval.high, design.to_loss(high))
    )


def _etas(design: Design, family: Family, near: Floats) -> Floats:
    """Spread etas (scaled) over all that is searched, and as many about the interval that is known."""
    first, last = search_ends(design)
    first = max(first, family.power.cap + 1e-9)
    margin = max(float(np.ptp(near)), 1 / ETAS)
    low, high = np.clip([near.min() - margin, near.max() + margin], first, last)
    about = np.linspace(low, high, ETAS)
    return np.unique(np.concatenate([np.linspace(first, last, ETAS), about, np.clip(near[2:], first, last)]))


def _powers(drawn: Replicates) -> Floats:
    """Spread powers over those of the replicates, and as far again on either side."""
    powers = drawn.power[drawn.form != JUMP]
    low, high = (powers.min(), powers.max()) if powers.size else (1.0, 1.0)
    margin = max(0.5, high - low)
    return np.linspace(max(LEAST_POWER, low - margin), min(GREATEST_POWER, high + margin), POWERS)


def _best_gains(design: Design, z: Floats, grid: PowerGrid) -> Floats:
    """Give the gain of the best power at each eta (J,); between powers by a parabola through three."""
    x, w, z = power_cells(design.x, design.w, z)
    sums = power_sums(x, w, z, np.array([0, x.size]), grid)[0]
    gains = rises_and_gains(sums, float(w.sum()), float(w @ z))[1].reshape(grid.eta.size, -1)
    top = gains.argmax(axis=1)
    middle = np.clip(top, 1, grid.power.size - 2)
    before, at, after = (np.take_along_axis(gains, (middle + k)[:, None], 1)[:, 0] for k in (-1, 0, 1))
    bend = 2 * at - before - after
    above = np.where(
        (middle == top) & (bend > 0), (after - before) ** 2 / (8 * np.maximum(bend, 1e-300)), 0.0
    )
    return np.asarray(gains.max(axis=1) + above)


def _reach(etas: Floats, distance: Floats, furthest: float) -> tuple[float, float]:
    """Give the first and last eta within a distance, by a line between neighbours.

    Beside a jump none may be: then the nearest, since the interval speaks for every form.
    """
    within = np.flatnonzero(distance <= max(furthest, float(distance.min())))
    ends = []
    for at, beyond in ((within[0], within[0] - 1), (within[-1], within[-1] + 1)):
        inside = 0 <= beyond < etas.size and distance[at] < furthest
        share = (furthest - distance[at]) / (distance[beyond] - distance[at]) if inside else 0.0
        ends.append(float(etas[at] + share * (etas[beyond if inside else at] - etas[at])))
    return ends[0], ends[1]
