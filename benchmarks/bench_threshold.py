"""Times threshold fits against other packages on the same series, and how their cost grows.

Peers are used where they are installed: scipy always, piecewise-regression and ruptures from the package
index, segmented, strucchange and chngpt through Rscript. Every ratio is of figures measured in this one run;
nothing is read from elsewhere. The time of compilation stands apart.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from hinges import fit_hinges, scan_hinge
from scipy.optimize import curve_fit

import emergence
from emergence.evidence.replicates import draw_runs
from emergence.points.simulate import Truth, simulate
from emergence.shapes.search import build_design, fit_forms, search_replicates

N, RUNS, REPLICATES = 250, 15, 1000
ETA, SLOPE, NOISE = 2.5, 0.45, 0.02

R_PEERS = ("segmented", "strucchange", "chngpt", "chngpt+1000")
BOOTSTRAPPED = "chngpt+1000 (R)"
R_SCRIPT = """
d <- read.csv(commandArgs(TRUE)[1])
time <- function(label, f) {
  if (inherits(try(eta <- f(), silent = TRUE), "try-error")) return(invisible())
  t <- min(sapply(1:10, function(i) system.time(for (j in 1:3) f())[["elapsed"]] / 3))
  cat(label, t, eta, "\\n")
}
if (requireNamespace("segmented", quietly = TRUE)) {
  library(segmented)
  time("segmented", function() segmented(lm(y ~ x, d), seg.Z = ~x, psi = median(d$x))$psi[2])
}
if (requireNamespace("strucchange", quietly = TRUE)) {
  library(strucchange)
  time("strucchange", function() d$x[breakpoints(y ~ x, breaks = 1, data = d)$breakpoints])
}
if (requireNamespace("chngpt", quietly = TRUE)) {
  library(chngpt)
  upper <- function(var, size) chngptm(
    formula.1 = y ~ 1, formula.2 = ~x, family = "gaussian", data = d, type = "upperhinge",
    est.method = "fastgrid2", var.type = var, ci.bootstrap.size = size, test.inv.ci = FALSE)
  time("chngpt", function() upper("none", 1)$chngpt)
  time("chngpt+1000", function() upper("bootstrap", 1000)$chngpt)
}
"""


def best_of(work: Callable[[], object], repeats: int = 7) -> float:
    """Give the least time of several: what the work takes when nothing else runs."""
    work()
    times = []
    for _ in range(repeats):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return min(times)


def series(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a hinge: sorted losses, scores, run codes."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(2, 3, n))
    y = 0.25 + SLOPE * np.maximum(ETA - x, 0) + rng.normal(0, NOISE, n)
    return x, y, rng.permutation(np.arange(n) % RUNS)


def ours(x: np.ndarray, y: np.ndarray) -> float:
    """One exact hinge with a free floor, the sort included."""
    order = np.argsort(x)
    scaled = x[order] - x[order[0]]
    scale = scaled[-1]
    z = y[order] - y.mean()
    one, whole = np.ones((1, 1)), np.zeros(x.size, dtype=np.int64)
    weight = np.full(x.size, 1 / x.size)
    eta = scan_hinge(scaled / scale, weight, z, whole, one, 1.0, 3)[0]
    return float(x.min() + scale * eta)


def scipy_starts(x: np.ndarray, y: np.ndarray) -> float:
    """SciPy's curve_fit from five starts, the best kept."""

    def hinge(loss: np.ndarray, eta: float, floor: float, slope: float) -> np.ndarray:
        return floor + slope * np.maximum(eta - loss, 0)

    best = (np.inf, np.nan)
    for eta in np.quantile(x, [0.1, 0.3, 0.5, 0.7, 0.9]):
        found, _ = curve_fit(hinge, x, y, [eta, y.min(), 0.5], maxfev=2000)
        best = min(best, (float(((y - hinge(x, *found)) ** 2).sum()), float(found[0])))
    return best[1]


def peers(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[float, float]]:
    """Time one fit of every peer at hand: seconds and eta."""
    found = {"scipy curve_fit, 5 starts": (best_of(lambda: scipy_starts(x, y), 3), scipy_starts(x, y))}
    try:
        from piecewise_regression import Fit

        def pieces() -> float:
            fit = Fit(x, y, n_breakpoints=1, n_boot=0, start_values=[float(np.median(x))])
            return float(fit.get_results()["estimates"]["breakpoint1"]["estimate"])

        found["piecewise-regression, no restarts"] = (best_of(pieces, 3), pieces())
    except ImportError:
        print("piecewise-regression: not installed")
    try:
        import ruptures

        signal = np.column_stack([y, x, np.ones_like(x)])

        def change() -> float:
            ends = ruptures.Dynp(model="linear", min_size=5, jump=1).fit(signal).predict(n_bkps=1)
            return float(x[ends[0] - 1])

        found["ruptures (by index, two free lines)"] = (best_of(change, 3), change())
    except ImportError:
        print("ruptures: not installed")
    return found | r_peers(x, y)


def r_peers(x: np.ndarray, y: np.ndarray) -> dict[str, tuple[float, float]]:
    """Time the R packages at hand: least of ten means of three."""
    if shutil.which("Rscript") is None:
        print("Rscript: not installed, so no segmented, strucchange or chngpt")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "series.csv", Path(folder) / "peers.R"
        rows = "\n".join(f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        table.write_text(f"x,y\n{rows}\n", encoding="utf-8")
        script.write_text(R_SCRIPT, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", script, table], capture_output=True, text=True, check=False, timeout=300
        )
    found = {}
    for line in done.stdout.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[0] in R_PEERS:
            found[f"{parts[0]} (R)"] = (float(parts[1]), float(parts[2]))
    for name in R_PEERS:
        if f"{name} (R)" not in found:
            print(f"{name}: not installed in R, or failed")
    return found


def compare() -> None:
    """Print one fit of every package on the same series, as ratios to ours, and chngpt with its bootstrap."""
    x, y, _ = series(N)
    own = best_of(lambda: ours(x, y), 50)
    print(f"\nOne hinge, free floor, n = {N}, planted eta {ETA}")
    print(f"{'ours, exact':40}{own * 1e6:10.0f} µs          eta {ours(x, y):.4f}")
    found = peers(x, y)
    for name, (seconds, eta) in found.items():
        if name == BOOTSTRAPPED:
            continue
        print(f"{name:40}{seconds * 1e6:10.0f} µs {seconds / own:7.0f} × eta {eta:.4f}")

    print("\nOne hinge, free floor, with 1,000 replicates, draws included")
    for cores in (1, os.cpu_count() or 1):
        seconds = best_of(lambda cores=cores: with_replicates(cores), 30)
        ratio = f"chngpt takes {found[BOOTSTRAPPED][0] / seconds:.0f} ×" if BOOTSTRAPPED in found else ""
        print(f"{f'ours, {cores} cores':40}{seconds * 1e6:10.0f} µs {ratio}")


def with_replicates(cores: int) -> np.ndarray:
    """Fit the hinge with a free floor, and 1,000 replicates by runs over so many cores."""
    x, y, run = series(N)
    ours(x, y)
    scaled, w, z = (x - x[0]) / (x[-1] - x[0]), np.full(N, 1 / N), y - y.mean()
    U = draw_runs(np.random.default_rng(1), RUNS, REPLICATES)
    parts = [np.ascontiguousarray(part) for part in np.array_split(U, cores, axis=1)]
    with ThreadPoolExecutor(cores) as pool:
        etas = pool.map(lambda part: scan_hinge(scaled, w, z, run, part, 1.0, 3), parts)
    return np.asarray(x[0] + (x[-1] - x[0]) * np.concatenate(list(etas)))


def replicates() -> None:
    """Print the cost of a fit with 1,000 replicates by runs, draws and decoding included, form by form."""
    x, y, run = series(N)
    rng = np.random.default_rng(1)
    z, w = y - y.mean(), np.full(N, 1 / N)
    scaled = (x - x[0]) / (x[-1] - x[0])

    def hinge(free: float) -> np.ndarray:
        U = draw_runs(rng, RUNS, REPLICATES)
        return x[0] + (x[-1] - x[0]) * scan_hinge(scaled, w, z if free else y - 0.25, run, U, free, 3)

    design = build_design(x, w, run)

    def family() -> np.ndarray:
        fit_forms(design, y, None)
        U = draw_runs(rng, RUNS, REPLICATES)
        return search_replicates(design, z, U, U, free=True)

    print(f"\n{REPLICATES} replicates by {RUNS} runs, n = {N}, one core, draws included")
    fixed = best_of(lambda: hinge(0.0), 30)
    for label, seconds in (
        ("hinge, fixed floor", fixed),
        ("hinge, free floor", best_of(lambda: hinge(1.0), 30)),
        ("all five forms, free floor, with the fit", best_of(family, 10)),
    ):
        each = seconds / REPLICATES * 1e6
        print(f"{label:44}{seconds * 1e3:8.2f} ms {each:8.2f} µs each {seconds / fixed:6.1f} ×")


def growth() -> None:
    """Print how the cost grows in points and in replicates: a ratio near the factor is linear growth."""
    rng = np.random.default_rng(2)
    print("\nGrowth of the hinge by runs (time, and time over that of the row above)")
    for label, sizes in (
        ("points, 1,000 replicates", [(n, 1000) for n in (125, 250, 500, 1000, 2000, 4000)]),
        ("replicates, 250 points", [(250, b) for b in (1000, 4000, 16000, 64000)]),
    ):
        before = None
        for n, b in sizes:
            x, y, run = series(n)
            scaled, U = (x - x[0]) / (x[-1] - x[0]), draw_runs(rng, RUNS, b)
            seconds = best_of(partial(scan_hinge, scaled, np.full(n, 1 / n), y - 0.25, run, U, 0.0, 3), 5)
            ratio = "" if before is None else f"{seconds / before:6.2f} ×"
            print(f"{label:28}{n if 'points,' in label else b:8}{seconds * 1e3:10.2f} ms {ratio}")
            before = seconds


def throughput() -> None:
    """Print the time of 10,000 series × 100 points × 1,000 replicates, and of whole fits of a table."""
    S, n = 10_000, 100
    rng = np.random.default_rng(3)
    loss = rng.uniform(2, 3, S * n)
    score = 0.25 + SLOPE * np.maximum(ETA - loss, 0) + rng.normal(0, NOISE, S * n)
    run = np.tile(np.arange(n) % RUNS, S)
    print(f"\nSeries of {n} points, 1,000 replicates by {RUNS} runs, hinge, {os.cpu_count()} cores")
    for count in (1000, 2000, 5000, S):
        size = count * n
        start, floor = np.arange(count + 1) * n, np.full(count, 0.25)
        fit_hinges(loss[: 10 * n], score[: 10 * n], run[: 10 * n], start[:11], floor[:10], rng=rng)
        began = perf_counter()
        fit_hinges(loss[:size], score[:size], run[:size], start, floor, rng=rng)
        print(f"{count:8} series {perf_counter() - began:8.2f} s")


def whole_fits() -> None:
    """Print the time of whole fits: all forms, rivals, tests, intervals and the verdict."""
    print("\nWhole fits, 1,000 replicates (all forms, rivals, tests, width, verdict)")
    for label, truth in (
        ("15 runs × 12", Truth("hinge")),
        ("34 runs × 97", Truth("hinge", runs=34, checkpoints=97)),
        ("100 runs × 1", Truth("hinge", runs=100, checkpoints=1)),
        ("one run × 186", Truth("hinge", runs=1, checkpoints=186)),
    ):
        data = simulate(truth, np.random.default_rng(4))
        fit = partial(
            emergence.fit_threshold,
            data["loss"].to_numpy(),
            data["score"].to_numpy(),
            run=data["run_id"].to_numpy(),
            order=data["tokens"].to_numpy(),
            chance=0.25,
        )
        one = best_of(fit, 3)
        began = perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            waiting = [pool.submit(fit) for _ in range(20)]
        assert all(w.result() for w in waiting)
        all_cores = (perf_counter() - began) / 20
        print(f"{label:16}{one * 1e3:8.1f} ms alone {all_cores * 1e3:8.1f} ms each on all cores")


def first_call() -> None:
    """Print what the first fit takes, which loads or compiles the kernels, and the second."""
    data = simulate(Truth("hinge"), np.random.default_rng(5))
    fit = partial(emergence.fit_threshold, data["loss"], data["score"], run=data["run_id"], chance=0.25)
    for label in ("first fit, compiling or loading what is cached", "second fit"):
        began = perf_counter()
        fit()
        print(f"{label:48}{(perf_counter() - began) * 1e3:8.0f} ms")


if __name__ == "__main__":
    first_call()
    compare()
    replicates()
    growth()
    throughput()
    whole_fits()
