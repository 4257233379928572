"""The fast hinge agrees with the search over all forms, replicate by replicate."""

import numpy as np
import pytest
from numba import get_num_threads, set_num_threads

from benchmarks.hinges import fit_hinges, scan_hinge
from emergence.evidence.replicates import draw_runs
from emergence.shapes.curves import HINGE
from emergence.shapes.search import build_design, search_replicates


@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("decimals", [6, 2])
def test_every_replicate_agrees_with_the_slower_search(free: bool, decimals: int) -> None:
    rng = np.random.default_rng(5)
    x = np.sort(np.round(rng.uniform(2, 3, 90), decimals))  # two decimals tie
    y = 0.25 + 0.4 * np.maximum(2.6 - x, 0) + rng.normal(0, 0.02, 90)
    run = rng.permutation(np.arange(90) % 7)
    design = build_design(x, np.ones(90), run)
    z = y - (y.mean() if free else 0.25)
    U = draw_runs(rng, 7, 70)
    slow = search_replicates(design, z, U, U, free=free)[HINGE]
    fast = scan_hinge(design.x, design.w, z, run, U, float(free), 3)
    assert np.array_equal(np.isnan(fast), slow[0] <= 0)
    assert np.nan_to_num(fast) == pytest.approx(np.where(slow[0] > 0, slow[1], 0), abs=1e-9)


def test_many_series_at_once_cover_the_planted_eta() -> None:
    rng = np.random.default_rng(6)
    S, n = 200, 60
    loss = rng.uniform(2, 3, S * n)
    score = 0.25 + 0.45 * np.maximum(2.5 - loss, 0) + rng.normal(0, 0.02, S * n)
    run = np.tile(np.arange(n) % 12, S)
    floor = np.where(np.arange(S) % 2, 0.25, np.nan)
    start = np.arange(S + 1) * n
    got = fit_hinges(loss, score, run, start, floor, replicates=500, rng=rng)
    assert np.abs(np.median(got.eta) - 2.5) < 0.01
    assert 0.88 < ((got.low <= 2.5) & (got.high >= 2.5)).mean() <= 1.0


def test_the_number_of_cores_does_not_show_in_the_bytes() -> None:
    rng = np.random.default_rng(8)
    S, n = 40, 50
    loss = rng.uniform(2, 3, S * n)
    score = 0.25 + 0.45 * np.maximum(2.5 - loss, 0) + rng.normal(0, 0.02, S * n)
    run = np.tile(np.arange(n) % 9, S)
    start, floor = np.arange(S + 1) * n, np.full(S, np.nan)
    all_cores = get_num_threads()
    found = []
    try:
        for cores in (1, all_cores):
            set_num_threads(cores)
            got = fit_hinges(loss, score, run, start, floor, replicates=100, rng=np.random.default_rng(1))
            found.append(got.eta.tobytes() + got.low.tobytes() + got.high.tobytes())
    finally:
        set_num_threads(all_cores)
    assert found[0] == found[1]
