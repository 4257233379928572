"""Keeps one rank of several that print the same steps, and all ranks that print different stretches."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def one_rank(ranks: Floats, numbers: Floats) -> NDArray[np.bool_]:
    """Mark the values to keep: those of the rank with most, and of ranks whose steps mostly differ from its.

    The rank that prints may change when a run goes on with another number of nodes: its lines are another
    stretch of the run, and no repeats.
    """
    names, counts = np.unique(ranks, return_counts=True)
    if len(names) < 2:
        return np.ones(len(ranks), dtype=bool)
    order = names[np.argsort(-counts, kind="stable")]
    kept: NDArray[np.bool_] = ranks == order[0]
    for name in order[1:]:
        mine = ranks == name
        if float(np.isin(numbers[mine], numbers[kept]).mean()) <= 0.5:
            kept |= mine
    return kept
