"""What the statistics have to reach on what is planted, each a share over all cells that it names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from planted import DESIGNS, SHAPES, departs_at, floor_of

Fit = dict[str, Any]
Results = dict[tuple[str, str], list[Fit]]
STEPS = {"loss_at_2_points": 0.02, "loss_at_5_points": 0.05}
LEAST_GIVEN = 20
"""Fits with a number, below which its coverage is not judged."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One measured share, of n, and whether it is within what is wanted."""

    where: str
    share: float
    n: int
    met: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted, in words, and the cells that show it."""

    what: str
    wanted: str
    cells: Callable[[Results], Sequence[Cell]]


def eta_coverage(rows: Sequence[Fit], eta: float) -> tuple[float, int]:
    """Share of the etas given whose interval holds the planted one."""
    given = [r for r in rows if r["eta"] is not None]
    held = [r["eta_low"] <= eta <= r["eta_high"] for r in given]
    return (float(np.mean(held)) if held else np.nan), len(held)


def departure_coverage(rows: Sequence[Fit], shape: str, name: str) -> tuple[float, int]:
    """Share of the departure losses given whose interval holds the planted one."""
    true = departs_at(SHAPES[shape], STEPS[name])
    given = [r for r in rows if r[name] is not None]
    held = [r[f"{name}_low"] <= true <= r[f"{name}_high"] for r in given]
    return (float(np.mean(held)) if held and np.isfinite(true) else np.nan), len(held)


def share_of(rows: Sequence[Fit], *verdicts: str) -> float:
    """Share of the fits with one of the verdicts."""
    return float(np.mean([r["verdict"] in verdicts for r in rows]))


def _etas(results: Results) -> list[Cell]:
    cells = []
    for (shape, design), rows in results.items():
        eta = SHAPES[shape].eta
        if eta is not None:
            share, n = eta_coverage(rows, eta)
            if n >= LEAST_GIVEN:
                cells.append(Cell(f"{shape}, {design}", share, n, share >= 0.93))
    return cells


def _departures(results: Results) -> list[Cell]:
    cells = []
    for (shape, design), rows in results.items():
        for name in STEPS:
            share, n = departure_coverage(rows, shape, name)
            if n >= LEAST_GIVEN and np.isfinite(share):
                cells.append(Cell(f"{shape}, {design}, {name[8:16]}", share, n, share >= 0.93))
    return cells


def floor_coverage(rows: Sequence[Fit], shape: str) -> tuple[float, int]:
    """Share of the floors given whose interval holds the planted one."""
    true = floor_of(SHAPES[shape])
    held = [r["floor_low"] <= true <= r["floor_high"] for r in rows if r["floor_low"] is not None]
    return (float(np.mean(held)) if held and np.isfinite(true) else np.nan), len(held)


def _floors(results: Results) -> list[Cell]:
    cells = []
    for (shape, design), rows in results.items():
        share, n = floor_coverage(rows, shape)
        if n >= LEAST_GIVEN and np.isfinite(share):
            cells.append(Cell(f"{shape}, {design}", share, n, share >= 0.93))
    return cells


def _in_a_gap(results: Results) -> list[Cell]:
    steps = ("jump of 8 points, then a slope", "step of 8 points")
    hidden = {k: rows for k, rows in results.items() if k[0] in steps and DESIGNS[k[1]].gap}
    shares = {k: share_of(rows, "sharp", "gradual") for k, rows in hidden.items()}
    return [Cell(", ".join(k), v, len(hidden[k]), v <= 0.03) for k, v in shares.items()]


def _false_sharp(results: Results) -> list[Cell]:
    slow = {k: rows for k, rows in results.items() if SHAPES[k[0]].kind in ("slow", "none")}
    shares = {k: share_of(rows, "sharp") for k, rows in slow.items()}
    return [Cell(", ".join(k), v, len(slow[k]), v <= 0.03) for k, v in shares.items()]


def _agreeing(results: Results) -> list[Cell]:
    cells = []
    for shape in ("jump of 8 points, then a slope", "step of 8 points"):
        shares = {
            runs: (share_of(results[shape, f"{runs} × 90"], "sharp"), len(results[shape, f"{runs} × 90"]))
            for runs in (1, 2, 3, 6)
            if (shape, f"{runs} × 90") in results
        }
        if 1 in shares:
            least = shares[1][0]
            cells += [Cell(f"{shape}, {r} runs", s, n, s >= least) for r, (s, n) in shares.items()]
    return cells


def _ladders(results: Results) -> list[Cell]:
    key = ("hinge", "ladder of 5")
    if key not in results:
        return []
    share = share_of(results[key], "gradual", "leaves_floor")
    return [Cell(", ".join(key), share, len(results[key]), share >= 0.8)]


TARGETS = (
    Target("where a row gives η, its interval covers it", "≥ 93 %", _etas),
    Target("the interval of the departure loss covers it", "≥ 93 %", _departures),
    Target("the floor's interval covers it", "≥ 93 %", _floors),
    Target("called `sharp` though smooth, flat or a hinge", "≤ 3 %", _false_sharp),
    Target("a jump hidden in a gap of the losses is called `sharp` or `gradual`", "≤ 3 %", _in_a_gap),
    Target("a planted jump is `sharp` at least as often by more runs as by one", "rising", _agreeing),
    Target("a ladder of five runs with a hinge is `gradual` or `leaves_floor`", "≥ 80 %", _ladders),
)
