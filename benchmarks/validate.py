"""Simulates planted truths and prints bias, coverage, size, power and the confusion of verdicts.

Run by ``make validate``; writes docs/validation.md. Fewer simulations, one truth: see --help.
"""

import argparse
import os
import sys
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import emergence
from emergence.analysis import Plan, analyse
from emergence.curves import FORMS
from emergence.series import build_series
from emergence.simulate import Truth, simulate
from emergence.verdict import VERDICTS

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
REPLICATES = 500
DEFAULT = 2000
PLANTED = ("hinge", "root", "square", "jump")

HINGE = Truth("hinge")
JUMP = Truth("jump", jump=0.08)
ABOUT = """Losses run from 2 to 3,
η is 2.5 and the floor 0.25 unless the design says else. Shares are of the n series simulated: at
n = 2,000 one of 95 % has a standard error of 0.5 points, one of 50 % of 1.1. Bias and width are
medians, in units of loss."""
ABOUT_NULLS = """For a flat truth the share of p < 0.05 is the size of the test, nominally 5 %.
In the others the score does depend on loss and the test ought to reject: what counts there are the
false claims of the last columns."""

ONE: dict[str, Any] = {"runs": 1, "checkpoints": 90}

TRUTHS: dict[str, Truth] = {
    "flat": Truth("flat"),
    "flat, 40 checkpoints": Truth("flat", checkpoints=40),
    "flat, run effects": Truth("flat", run_sd=0.012),
    "flat, 10 runs": Truth("flat", runs=10),
    "flat, 30 runs of 1": Truth("flat", runs=30, checkpoints=1),
    "flat, wrong chance": Truth("flat", chance=0.2),
    "flat, 200 items": Truth("flat", n_items=200),
    "flat, one run": Truth("flat", **ONE),
    "flat, one run, rho 0.5": Truth("flat", rho=0.5, **ONE),
    "flat, one run, rho 0.8": Truth("flat", rho=0.8, **ONE),
    "linear": Truth("linear"),
    "linear, 40 checkpoints": Truth("linear", checkpoints=40),
    "linear, small rise": Truth("linear", checkpoints=40, rise=0.06),
    "linear, one run": Truth("linear", **ONE),
    "linear, one run, rho 0.5": Truth("linear", rho=0.5, **ONE),
    "exponential": Truth("exponential", rise=0.3, checkpoints=40),
    "exponential, one run": Truth("exponential", rise=0.3, **ONE),
    "logistic": Truth("logistic", rise=0.3, checkpoints=40),
    "logistic, one run": Truth("logistic", rise=0.3, **ONE),
    "logistic, one run, rho 0.5": Truth("logistic", rise=0.3, rho=0.5, **ONE),
    "gompertz": Truth("gompertz", rise=0.3, checkpoints=40),
    "gompertz, one run": Truth("gompertz", rise=0.3, **ONE),
    "hinge, 15 × 12": HINGE,
    "hinge, 15 × 40": replace(HINGE, checkpoints=40),
    "hinge, 15 × 40, wrong chance": replace(HINGE, checkpoints=40, chance=0.2),
    "hinge, run effects": replace(HINGE, run_sd=0.012),
    "hinge, 40 runs of 4": replace(HINGE, runs=40, checkpoints=4),
    "hinge, 6 × 20": replace(HINGE, runs=6, checkpoints=20),
    "hinge, 3 × 20": replace(HINGE, runs=3, checkpoints=20),
    "hinge, 2 × 60": replace(HINGE, runs=2, checkpoints=60),
    "hinge, 200 items": replace(HINGE, checkpoints=40, n_items=200),
    "hinge, too few above": replace(HINGE, runs=6, checkpoints=8, eta=2.92),
    "hinge, one run": replace(HINGE, **ONE),
    "hinge, one run, rho 0.5": replace(HINGE, rho=0.5, **ONE),
    "hinge, one run, rho 0.8": replace(HINGE, rho=0.8, **ONE),
    "root, 15 × 40": Truth("root", checkpoints=40),
    "square, 15 × 40": Truth("square", checkpoints=40),
    "jump, 15 × 12": JUMP,
    "jump, 6 × 20": replace(JUMP, runs=6, checkpoints=20),
    "jump, 3 × 20": replace(JUMP, runs=3, checkpoints=20),
    "jump, one run": replace(JUMP, **ONE),
    "jump, one run, rho 0.5": replace(JUMP, rho=0.5, **ONE),
    "jump, one run, rho 0.8": replace(JUMP, rho=0.8, **ONE),
}

Fit = dict[str, Any]


def fit_one(task: tuple[str, int, int]) -> tuple[str, Fit]:
    """Draw one series of a truth and fit it, with the form selected and with the form known."""
    name, index, seed = task
    truth = TRUTHS[name]
    rng = np.random.default_rng([seed, zlib.crc32(name.encode()), index])
    data = simulate(truth, rng)

    given = {"n_items": truth.n_items, "run": data["run_id"], "order": data["tokens"], "chance": truth.chance}
    fit = emergence.fit_threshold(data["loss"], data["score"], **given, replicates=REPLICATES, rng=rng)
    row: Fit = fit.to_row()
    if truth.shape in PLANTED:
        series = build_series(data["loss"], data["score"], stderr=None, higher_is_better=True, **given)
        known = analyse(series, Plan(replicates=REPLICATES, keep=FORMS.index(truth.shape)), rng).eta
        row |= {"known_low": known.low, "known_high": known.high}
    return name, row


def covers(rows: list[Fit], low: str, high: str, true: float) -> str:
    """Give the share of intervals that hold what was planted; a series without one counts against."""
    if not rows:
        return "—"
    return f"{np.mean([r[low] is not None and r[low] <= true <= r[high] for r in rows]):.1%}"


def rejected(rows: list[Fit]) -> str:
    """Give the share of series in which a flat score is rejected at 5 %."""
    return f"{np.mean([r['p_threshold'] is not None and r['p_threshold'] < 0.05 for r in rows]):.1%}"


def share(rows: list[Fit], start: str) -> str:
    """Give the share of series whose verdict starts so."""
    return f"{np.mean([r['verdict'].startswith(start) for r in rows]):.1%}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Put cells into a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def threshold_row(name: str, rows: list[Fit]) -> list[str]:
    """Give bias, coverage, power and verdicts of one planted threshold."""
    truth = TRUTHS[name]
    fitted = [r for r in rows if r["eta"] is not None]
    free = [r for r in fitted if r["floor_low"] is not None]
    return [
        name,
        str(len(rows)),
        f"{np.median([r['eta'] - truth.eta for r in fitted]):+.3f}",
        f"{np.median([r['eta_high'] - r['eta_low'] for r in fitted]):.3f}",
        covers(rows, "eta_low", "eta_high", truth.eta),
        covers(rows, "known_low", "known_high", truth.eta),
        covers(free, "floor_low", "floor_high", truth.floor),
        rejected(rows),
        share(rows, "emergent"),
        share(rows, "emergent_sharp"),
    ]


def confusion_row(name: str, rows: list[Fit]) -> list[str]:
    """Give how often each verdict was given, in percent."""
    count = Counter(r["verdict"] for r in rows)
    return [name, *(f"{100 * count[v] / len(rows):.1f}" if count[v] else "·" for v in VERDICTS)]


def design_row(name: str) -> list[str]:
    """Say what was planted."""
    t = TRUTHS[name]
    rise = f"{t.rise:g}" + (f", {t.jump:g} at once" if t.jump else "")
    return [
        name,
        t.shape,
        f"{t.runs} × {t.checkpoints}",
        "0" if t.shape == "flat" else rise,
        f"{t.eta:g}" if t.shape in PLANTED else "—",
        f"{t.noise_sd:g}",
        f"{t.run_sd:g}",
        f"{t.rho:g}",
        str(t.n_items or "—"),
        f"{t.chance:g}",
    ]


def page(results: dict[str, list[Fit]], seed: int, command: str) -> str:
    """Put the tables on one page."""
    planted = {k: v for k, v in results.items() if TRUTHS[k].shape in PLANTED}
    others = {k: v for k, v in results.items() if k not in planted}
    bias = ["truth", "n", "bias of η", "width of interval", "coverage, form selected", "form known"]
    return "\n\n".join(
        [
            "# Validation by simulation",
            f"Written by `{command}` (seed {seed}, {REPLICATES} replicates a fit). " + ABOUT,
            "## Planted thresholds",
            table(
                [*bias, "floor covered", "power (p < 0.05)", "any `emergent…`", "`emergent_sharp`"],
                [threshold_row(name, rows) for name, rows in planted.items()],
            ),
            "## No threshold planted",
            ABOUT_NULLS,
            table(
                ["truth", "n", "p < 0.05", "any `emergent…`", "`emergent_sharp`"],
                [
                    [
                        name,
                        str(len(rows)),
                        rejected(rows),
                        share(rows, "emergent"),
                        share(rows, "emergent_sharp"),
                    ]
                    for name, rows in others.items()
                ],
            ),
            "## Verdicts, in percent of the series",
            table(
                ["truth", *(f"`{v}`" for v in VERDICTS)],
                [confusion_row(name, rows) for name, rows in results.items()],
            ),
            "## Designs",
            table(
                [
                    "truth",
                    "shape",
                    "runs × checkpoints",
                    "rise",
                    "η",
                    "noise SD",
                    "run SD",
                    "rho",
                    "items",
                    "chance",
                ],
                [design_row(name) for name in results],
            ),
        ]
    )


def main() -> None:
    """Run the simulations, print the tables and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=DEFAULT, help="series a truth")
    parser.add_argument("--seed", type=int, default=20240322)
    parser.add_argument("--only", nargs="*", default=list(TRUTHS), help="names of truths")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    tasks = [(name, i, given.seed) for name in given.only for i in range(given.simulations)]
    results: dict[str, list[Fit]] = {name: [] for name in given.only}
    began = perf_counter()
    with ProcessPoolExecutor(given.workers) as pool:
        for done, (name, row) in enumerate(pool.map(fit_one, tasks, chunksize=20), 1):
            results[name].append(row)
            if done % given.simulations == 0:
                print(f"{perf_counter() - began:5.0f} s  {name}", file=sys.stderr, flush=True)
    other = f"python benchmarks/validate.py --simulations {given.simulations}"
    text = page(results, given.seed, "make validate" if given.simulations == DEFAULT else other)
    print(text)
    given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
