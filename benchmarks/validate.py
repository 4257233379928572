"""Simulates planted truths and prints bias, coverage, size, power and the confusion of verdicts.

Run by ``make validate``; writes docs/validation.md. Fewer simulations, some truths: see --help.
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
from planted import PLANTED, TRUTHS
from validation_page import AT, Fit, page

import emergence
from emergence.points.series import build_series
from emergence.points.simulate import SHAPES, simulate
from emergence.shapes.curves import FORMS
from emergence.threshold.steps import Plan, analyse

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
REPLICATES = 500
DEFAULT = 2000
SEED = 20240322
KEPT = (
    "eta", "eta_low", "eta_high", "floor_low", "floor_high", "slope_low", "slope_high", "width_low",
    "width_high", "p_threshold", "verdict",
)  # fmt: skip


def fit_one(task: tuple[str, int, int]) -> tuple[str, Fit]:
    """Draw one series of a truth and fit it, with the form selected and with the form known."""
    name, index, seed = task
    truth = TRUTHS[name]
    rng = np.random.default_rng([seed, zlib.crc32(name.encode()), index])
    data = simulate(truth, rng)
    given = {"n_items": truth.n_items, "run": data["run_id"], "order": data["tokens"], "chance": truth.chance}
    fit = emergence.fit_threshold(data["loss"], data["score"], **given, replicates=REPLICATES, rng=rng)
    row: Fit = {key: getattr(fit, key) for key in KEPT}
    if truth.shape in PLANTED:
        series = build_series(data["loss"], data["score"], stderr=None, higher_is_better=True, **given)
        known = analyse(series, Plan(replicates=REPLICATES, keep=FORMS.index(truth.shape)), rng).eta
        read = fit.scores_at(AT)
        true = truth.floor + SHAPES[truth.shape](np.array([AT]), truth)[0]
        row |= {"known_low": known.low, "known_high": known.high}
        row |= {"at_low": read.low[0] - true, "at_high": read.high[0] - true}
    return name, row


def main() -> None:
    """Run the simulations, print the tables and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=DEFAULT, help="series a truth")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", nargs="*", default=list(TRUTHS), help="names of truths")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    tasks = [(name, i, given.seed) for name in given.only for i in range(given.simulations)]
    results: dict[str, list[Fit]] = {name: [] for name in given.only}
    began = perf_counter()
    with ProcessPoolExecutor(given.workers) as pool:
        exact = pool.submit(differences, min(given.simulations, DEFAULT) // 5, given.seed)
        for done, (name, row) in enumerate(pool.map(fit_one, tasks, chunksize=20), 1):
            results[name].append(row)
            if done % given.simulations == 0:
                print(f"{perf_counter() - began:5.0f} s  {name}", file=sys.stderr, flush=True)
        other = f"python benchmarks/validate.py --simulations {given.simulations}"
        command = "make validate" if given.simulations == DEFAULT else other
        written = f"Written by `{command}` (seed {given.seed}, {REPLICATES} replicates a fit)."
        text = page(results, exact.result(), written)
    print(text)
    given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
