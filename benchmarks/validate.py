"""Simulates what is planted and prints coverage, power and the confusion of verdicts.

Run by ``make validate``; writes docs/validation.md. Fewer simulations, some designs or shapes: see --help.
"""

import argparse
import os
import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter

import numpy as np
from brute_force import differences
from planted import CORE, DESIGNS, SHAPES, WHOLE, draw
from targets import Fit, Results
from validation_page import page

import emergence
from pipelines.engines.workers import end_with_parent

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
REPLICATES = 400
DEFAULT = 1000
EXACT = 400
SEED = 20240322
KEPT = (
    "eta", "eta_low", "eta_high", "loss_at_2_points", "loss_at_2_points_low", "loss_at_2_points_high",
    "loss_at_5_points", "loss_at_5_points_low", "loss_at_5_points_high", "floor_low", "floor_high",
    "p_threshold", "verdict", "status",
)  # fmt: skip


def fit_one(task: tuple[str, str, int, int]) -> tuple[str, str, Fit]:
    """Draw one series of a shape by a design and fit it."""
    shape, design, index, seed = task
    rng = np.random.default_rng([seed, zlib.crc32(f"{shape}|{design}".encode()), index])
    data = draw(SHAPES[shape], DESIGNS[design], rng)
    fit = emergence.fit_threshold(
        data["loss"],
        data["score"],
        run=data["run"],
        order=data["order"],
        n_items=DESIGNS[design].items,
        chance=0.25,
        replicates=REPLICATES,
        rng=rng,
    )
    return shape, design, {name: getattr(fit, name) for name in KEPT}


def main() -> None:
    """Run the simulations, print the tables and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=DEFAULT, help="series a shape and design")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--shapes", nargs="*", default=list(SHAPES))
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS))
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    cells = [(s, d) for d in given.designs for s in given.shapes if d in WHOLE or s in CORE]
    tasks = [(*cell, i, given.seed) for cell in cells for i in range(given.simulations)]
    results: Results = {cell: [] for cell in cells}
    began = perf_counter()
    with ProcessPoolExecutor(given.workers, initializer=end_with_parent) as pool:
        exact = pool.submit(differences, min(given.simulations, EXACT), given.seed)
        for done, (shape, design, row) in enumerate(pool.map(fit_one, tasks, chunksize=10), 1):
            results[shape, design].append(row)
            if done % given.simulations == 0:
                print(f"{perf_counter() - began:5.0f} s  {shape}, {design}", file=sys.stderr, flush=True)
        command = "make validate"
        if given.simulations != DEFAULT:
            command = f"python benchmarks/validate.py --simulations {given.simulations}"
        written = (
            f"Written by `{command}`: {given.simulations} simulations of each shape and design "
            f"(seed {given.seed}, {REPLICATES} replicates a fit)."
        )
        text = page(results, exact.result(), written)
    print(text)
    given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
