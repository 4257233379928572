"""The floor of a series: the level of its highest losses, from the stretch itself and not from a curve."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from emergence.evidence import cut_offs
from emergence.evidence.contrasts import Contrast, Sample, mean_contrast
from emergence.numerics.arrays import Floats, Ints

SHARE_OF_RANGE: Final = 0.2
"""Of the range of losses, from the highest down: the stretch whose level is the floor."""
LEAST_CHECKPOINTS: Final = 5
"""Distinct losses that stretch holds at least."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Floor:
    """The stretch (n,) of points at the floor, its level with its error, and each run's weight and height
    in it.
    """

    rows: Flags
    level: Contrast
    weight: Floats
    height: Floats

    def drawn(self, counts: Floats) -> Floats:
        """Give the floor of every replicate from how often each run was drawn, (R, B); NaN without a
        point.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.height @ counts) / (self.weight @ counts))

    def of_series(self, w: Floats, scores: Floats) -> Floats:
        """Give the floor of series (n, B) over the same losses."""
        return np.asarray(w[self.rows] @ scores[self.rows] / w[self.rows].sum())


def top_fifth(loss: Floats) -> float:
    """Give the loss (of sorted ones) from which the floor is looked for."""
    return float(loss[-1] - SHARE_OF_RANGE * (loss[-1] - loss[0]))


def highest_losses(loss: Floats, share: float) -> Flags:
    """Pick the points in the top share of the range of losses, and never fewer than the five highest."""
    rows = np.asarray(loss >= loss[-1] - share * (loss[-1] - loss[0]))
    rows[-cut_offs.MIN_CHECKPOINTS_SIDE :] = True
    return rows


def find_floor(sample: Sample, weight: Floats, run: Ints, n_runs: int, least: float) -> Floor:
    """Take the losses from `least` on for the floor, five distinct ones at least.

    The mean over the stretch is the floor: a curve fitted to all points would be dragged by where it misfits.
    """
    x = sample.loss
    distinct = np.unique(x)
    fewest = distinct[max(0, distinct.size - LEAST_CHECKPOINTS)]
    rows = (x >= least) | (x >= fewest)
    own = run[rows]
    w = weight[rows]
    return Floor(
        rows,
        mean_contrast(sample, rows),
        np.bincount(own, w, n_runs).astype(np.float64),
        np.bincount(own, w * sample.score[rows], n_runs).astype(np.float64),
    )
