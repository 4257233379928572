"""Lack of fit: what a threshold curve leaves, in cells of neighbouring losses, against what noise would
leave.
"""

from typing import Any, Final

import numpy as np

from emergence.evidence.existence_test import draw_signs
from emergence.numerics.arrays import Floats
from emergence.shapes.curves import ThresholdCurve
from emergence.shapes.search import Design

MOST_CELLS: Final = 12
LEAST_CELLS: Final = 4
CHECKPOINTS_A_CELL: Final = 6
REPLICATES: Final = 499


def misfit_test(
    rng: np.random.Generator,
    design: Design,
    curve: ThresholdCurve,
    residual: Floats,
    noise: Floats | None,
) -> float:
    """Give the p-value of what the curve leaves in cells of even rank, had it left but noise.

    The residuals' part along the curve's tangents (floor, slope, eta, power) is taken out, as fitting does.
    `noise` (n, B): what the points of one run would scatter by; None: wild signs by run.
    """
    projected = _projected_cells(design, curve)
    if noise is None:
        each = np.zeros((design.n_runs, projected.shape[0]))
        np.add.at(each, design.run, (projected * residual).T)
        drawn = each.T @ draw_signs(rng, design.n_runs, REPLICATES)
        variance = (each**2).sum(axis=0)
        seen = each.sum(axis=0)
    else:
        drawn = projected @ noise[:, :REPLICATES]
        variance = drawn.var(axis=1)
        seen = projected @ residual
    usable = variance > 1e-12 * variance.max(initial=0.0)
    if not usable.any():
        return 1.0
    scale = variance[usable]
    found = float((seen[usable] ** 2 / scale).sum())
    exceeded = int(((drawn[usable] ** 2 / scale[:, None]).sum(axis=0) >= found).sum())
    return (1 + exceeded) / (1 + int(drawn.shape[1]))


def count_cells(n: int) -> int:
    """Give the number of cells of neighbouring losses that n checkpoints are put into."""
    return int(np.clip(n // CHECKPOINTS_A_CELL, LEAST_CELLS, MOST_CELLS))


def _projected_cells(design: Design, curve: ThresholdCurve) -> Any:
    """Weights (cells, n) that sum residuals over cells of even rank, the curve's tangents taken out."""
    n = design.x.size
    cells = count_cells(n)
    member = (np.arange(n) * cells // n)[None, :] == np.arange(cells)[:, None]
    summed = member * design.w
    tangents = _tangents(design, curve)
    gram = (tangents * design.w) @ tangents.T
    along = np.linalg.pinv(gram, rcond=1e-10) @ (tangents * design.w)
    return summed - (summed @ tangents.T) @ along


def _tangents(design: Design, curve: ThresholdCurve) -> Floats:
    """Give the curve's derivatives by each of its numbers at the points: (numbers, n)."""
    eta = (curve.eta - design.origin) / design.scale
    cap = (curve.cap - design.origin) / design.scale
    below = np.maximum(eta - np.maximum(design.x, cap), 0.0)
    active = below > 0
    one = np.ones_like(below)
    if curve.form == "jump":
        return np.stack([one, active * 1.0, below])
    reach = max(float(below.max()), 1e-12)
    share = np.where(active, np.maximum(below / reach, 1e-3), 1.0)
    rise = np.where(active, share**curve.power, 0.0)
    return np.stack([one, rise, rise / share, rise * np.log(share)])
