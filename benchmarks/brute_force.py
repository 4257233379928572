"""The search for the best threshold against a brute-force grid, refined: do they agree to 1e-9?"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize_scalar

from emergence.shapes.curves import FORMS, POWERS
from emergence.shapes.search import MIN_SIDE, build_design, fit_forms

GRID = 200
"""Etas tried in every gap between losses, before the best is refined."""


def least_squares(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, form: str, floor: float | None
) -> Callable[[float], float]:
    """Give the weighted sum of squares left at an eta, by a general solver; that of a level where the curve
    would fall.
    """
    root = np.sqrt(w)
    level = np.average(y, weights=w) if floor is None else floor
    flat = float(w @ (y - level) ** 2)

    def squares(eta: float) -> float:
        below = np.maximum(eta - x, 0.0)
        step = (x <= eta).astype(float)
        columns = [step, step * below] if form == "jump" else [below ** POWERS[form]]
        z = y - (floor or 0.0)
        if floor is None:
            columns.append(np.ones_like(x))
        found = np.linalg.lstsq(np.stack(columns, 1) * root[:, None], z * root, rcond=None)[0]
        if form == "jump" and found[1] < 0:  # the line may not fall: the pure step stands in
            columns.pop(1)
            found = np.linalg.lstsq(np.stack(columns, 1) * root[:, None], z * root, rcond=None)[0]
            found = np.insert(found, 1, 0.0)
            columns.insert(1, step * below)
        if found[0] <= 0:
            return flat
        return float((root**2) @ (z - np.stack(columns, 1) @ found) ** 2)

    return squares


def brute_force(x: np.ndarray, y: np.ndarray, w: np.ndarray, form: str, floor: float | None) -> float:
    """Give the least sum of squares over a grid in every gap that leaves MIN_SIDE losses on either side,
    refined.
    """
    squares = least_squares(x, y, w, form, floor)
    distinct = np.unique(x)
    ends = distinct[MIN_SIDE - 1 : distinct.size - MIN_SIDE + 1]
    if form == "jump":
        # where in the gap it stands changes whether the line's level there is a jump upwards
        return min(squares(a + part * (b - a)) for a, b in pairwise(ends) for part in (0.25, 0.5, 0.75))
    step = max(2, GRID // (ends.size - 1))
    grid = np.unique(np.concatenate([np.linspace(a, b, step) for a, b in pairwise(ends)]))
    left = np.array([squares(eta) for eta in grid])
    best = float(left.min())
    for i in np.argsort(left)[:8]:
        low, high = grid[max(i - 1, 0)], grid[min(i + 1, grid.size - 1)]
        for a, b in ((low, grid[i]), (grid[i], high)):
            if b > a:
                best = min(
                    best,
                    float(
                        minimize_scalar(
                            squares, bounds=(a, b), method="bounded", options={"xatol": 1e-11}
                        ).fun
                    ),
                )
    return best


def differences(series: int, seed: int) -> dict[str, tuple[float, float]]:
    """Give by form the greatest excess and the greatest lead of the search over brute force, as shares of the
    total sum of squares.

    Series of 12 to 40 points, with ties in every third, unequal weights, a planted rise or none, floor free
    or fixed.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {form: [] for form in FORMS}
    for i in range(series):
        n = int(rng.integers(12, 41))
        x = np.sort(rng.uniform(2, 3, n))
        x = np.round(x, 1 if i % 3 == 0 and n > 20 else 6)
        if np.unique(x).size < 2 * MIN_SIDE + 1:
            continue
        rise = rng.choice([0.0, 0.1, 0.5])
        y = 0.25 + rise * np.maximum(rng.uniform(2.2, 2.8) - x, 0) + rng.normal(0, 0.02, n)
        w = rng.uniform(0.5, 2.0, n)
        floor = None if i % 2 else 0.25
        design = build_design(x, w, np.zeros(n, dtype=np.int64))
        fits = fit_forms(design, y, floor)
        z = y - (design.w @ y if floor is None else floor)
        total = float(design.w @ z**2)
        for f, form in enumerate(FORMS):
            best = min(brute_force(x, y, design.w, form, floor), total)
            ours = total - max(float(fits.numbers[f, 0]), 0.0)
            found[form].append((ours - best) / total)
    return {form: (max(0.0, *gaps), max(0.0, *(-g for g in gaps))) for form, gaps in found.items()}


if __name__ == "__main__":
    for form, (excess, lead) in differences(200, 1).items():
        print(f"{form:8} excess {excess:.1e}  lead {lead:.1e}")
