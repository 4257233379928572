"""Tests of claims about fitted laws of loss and axes of capability."""

import numpy as np
import polars as pl

from emergence.claims.judge import FEWEST_TASKS, Finding, Test, found, untestable
from emergence.claims.rows import ClaimTables, by_source
from emergence.claims.rules import (
    CONTRADICTED,
    SUPPORTED,
    UNDETERMINED,
    Numbers,
    bounded_share,
    decide,
    exists,
    median_interval,
    within,
)
from emergence.numerics.arrays import Floats
from emergence.numerics.words import counted

HOFFMANN = {"irreducible_loss": 1.6934, "alpha": 0.3392, "beta": 0.2849}
BESIROGLU = {"irreducible_loss": 1.8172, "a": 482.01, "b": 2085.43, "alpha": 0.3478, "beta": 0.3658}
KAPLAN_EXPONENT = 0.076
CHINCHILLA = "chinchilla"
FEWEST_MODELS = 20
AXES = 3
TOLERANCE = 0.1  # of an exponent of compute: what published estimates of one quantity are apart
NARROW = 0.1  # an interval of the exponent of size wider than this supports nothing


def _laws(tables: ClaimTables, form: str) -> pl.DataFrame | None:
    """Fitted laws of one form, without outliers where there is such a fit."""
    if tables.loss_laws is None:
        return None
    rows = tables.loss_laws.filter(pl.col("form") == form, pl.col("irreducible_loss").is_not_null())
    keys = [c for c in ("source", "family", "corpus", "experiment") if c in rows.columns]
    return rows.sort(*keys, "points", descending=[*[False] * len(keys), True]).unique(
        keys, keep="first", maintain_order=True
    )


def compute_exponent_near(expected: float) -> Test:
    """A test whether the exponent of compute-optimal size, β/(α + β), is within 0.1 of what is said.

    With six laws or more, their median with its interval; below that, the widest of their intervals together.
    """

    def test(tables: ClaimTables) -> list[Finding]:
        answers = []
        for source, part in by_source(_laws(tables, "L(N,D)")):
            rows = part.filter(pl.col("status") == "ok").drop_nulls(
                ["compute_exponent_low", "compute_exponent_high"]
            )
            if not rows.height:
                answers.append(
                    untestable(
                        source,
                        f"none of its {part.height} laws of size and tokens has its numbers identified",
                    )
                )
                continue
            numbers, ends = _exponent(rows), rows["compute_exponent"].to_numpy()
            words = f"{counted(rows.height, 'law')}; exponents from {ends.min():.2f} to {ends.max():.2f}"
            verdict = within(*numbers[1:], expected - TOLERANCE, expected + TOLERANCE, words)
            far = rows.sort(
                (pl.col("compute_exponent") - expected).abs(), descending=verdict[0] != CONTRADICTED
            ).row(0, named=True)
            counter = (
                f"{far['family']} on {far['corpus']}: {far['compute_exponent']:z.2f}"
                f" [{far['compute_exponent_low']:z.2f}, {far['compute_exponent_high']:z.2f}]"
            )
            answers.append(
                found(
                    rows,
                    "exponent of optimal params in compute",
                    numbers,
                    rows.height,
                    verdict,
                    counter=counter,
                )
            )
        return answers

    return test


def _exponent(rows: pl.DataFrame) -> Numbers:
    values = rows["compute_exponent"].to_numpy()
    if values.size >= 6:  # fewer have no distribution-free limits at 95 %
        return median_interval(values)
    ends = rows["compute_exponent_low"].min(), rows["compute_exponent_high"].max()
    return float(np.median(values)), float(ends[0]), float(ends[1])  # type: ignore[arg-type]


def published_parameters(published: dict[str, float]) -> Test:
    """A test whether every published parameter lies within the interval fitted on the same points."""

    def test(tables: ClaimTables) -> list[Finding]:
        laws = _laws(tables, "L(N,D)")
        mine = None if laws is None else laws.filter(pl.col("source") == CHINCHILLA)
        if mine is None or not mine.height:
            return []
        row = mine.row(0, named=True)
        missed = [n for n, v in published.items() if not row[f"{n}_low"] <= v <= row[f"{n}_high"]]
        words = f"{row['n']} points, {row['n_outliers']} set aside; outside: {', '.join(missed) or 'none'}"
        far = max(
            published,
            key=lambda n: abs(published[n] - row[n]) / max(row[f"{n}_high"] - row[f"{n}_low"], 1e-12),
        )
        counter = (
            f"{far}: {published[far]:g} against {row[far]:.4g} [{row[f'{far}_low']:.4g},"
            f" {row[f'{far}_high']:.4g}]"
        )
        verdict = (CONTRADICTED if missed else SUPPORTED), words
        return [
            found(
                mine,
                "β",
                (row["beta"], row["beta_low"], row["beta_high"]),
                row["n"],
                verdict,
                counter=counter,
            )
        ]

    return test


def loss_is_a_pure_power_of_size(tables: ClaimTables) -> list[Finding]:
    """Most laws L(N) needing an irreducible loss contradicts a pure power, else the exponent decides."""
    answers = []
    for source, every in by_source(_laws(tables, "L(N)")):
        part = every.filter(pl.col("status") != "too_few_runs")
        if not part.height:
            why = f"{counted(every.height, 'law')} of size alone, of too few runs to tell the form"
            answers.append(untestable(source, why))
            continue
        bounded = part.filter(pl.col("status") == "ok").drop_nulls("irreducible_loss_low")
        row = (
            (bounded if bounded.height > part.height / 2 else part)
            .sort("n", descending=True)
            .row(0, named=True)
        )
        if bounded.height > part.height / 2:
            words = (
                f"{bounded.height} of {part.height} laws need an irreducible loss; tokens differ with size"
            )
            numbers = (row["irreducible_loss"], row["irreducible_loss_low"], row["irreducible_loss_high"])
            counter = f"{part.height - bounded.height} laws do without"
            answers.append(
                found(part, "irreducible loss", numbers, row["n"], (CONTRADICTED, words), counter=counter)
            )
            continue
        low, high = row["alpha_n_low"], row["alpha_n_high"]
        if low is None or high is None:
            answers.append(untestable(source, "no law of size alone has an interval for its exponent"))
            continue
        verdict = _pure_power(low, high)
        counter = f"{bounded.height} of {part.height} laws need an irreducible loss"
        answers.append(
            found(part, "exponent of size", (row["alpha_n"], low, high), row["n"], verdict, counter=counter)
        )
    return answers


def _pure_power(low: float, high: float) -> tuple[str, str]:
    words = f"irreducible loss not identified; {KAPLAN_EXPONENT} is the exponent published"
    if not low <= KAPLAN_EXPONENT <= high:
        return CONTRADICTED, words
    return (
        (SUPPORTED, words)
        if high - low <= NARROW
        else (UNDETERMINED, f"the interval is wider than {NARROW}; {words}")
    )


def choice_of_points_decides(tables: ClaimTables) -> list[Finding]:
    """Share of laws whose exponent of compute leaves its own interval when the choice of points changes."""
    if tables.loss_laws is None:
        return []
    rows = tables.loss_laws.filter(pl.col("form") == "L(N,D)").drop_nulls(
        ["compute_exponent", "compute_exponent_low"]
    )
    keys = [c for c in ("source", "family", "corpus", "unit") if c in rows.columns]
    both = rows.filter(pl.col("points") == "all").join(
        rows.filter(pl.col("points") != "all"), on=keys, suffix="_other", nulls_equal=True
    )
    answers = []
    for source, part in by_source(both):
        if part.height < FEWEST_TASKS:
            answers.append(
                untestable(source, f"{part.height} laws fitted with and without outliers; five are asked for")
            )
            continue
        apart = (pl.col("compute_exponent_low") > pl.col("compute_exponent_high_other")) | (
            pl.col("compute_exponent_high") < pl.col("compute_exponent_low_other")
        )
        inside = pl.col("compute_exponent_other").is_between("compute_exponent_low", "compute_exponent_high")
        numbers = bounded_share(part.filter(apart).height, part.filter(inside).height, part.height)
        words = (
            f"{part.filter(apart).height} of {part.height} laws have intervals apart,"
            f" {part.filter(inside).height} agree"
        )
        verdict = exists(*numbers[1:], words)
        shift = (pl.col("compute_exponent_other") - pl.col("compute_exponent")).abs()
        row = part.sort(shift, descending=verdict[0] == CONTRADICTED).row(0, named=True)
        counter = (
            f"{row['family']} on {row['corpus']}: {row['compute_exponent']:z.2f} →"
            f" {row['compute_exponent_other']:z.2f}"
        )
        answers.append(
            found(
                part,
                "share of laws that change with the choice of points",
                numbers,
                part.height,
                verdict,
                counter=counter,
            )
        )
    return answers


def few_axes_of_capability(tables: ClaimTables) -> list[Finding]:
    """Share of variance of scores in three principal components (jackknife over models); 0.9 supports."""
    if tables.scores is None:
        return []
    answers = []
    for source, part in by_source(tables.scores):
        wide = part.pivot(on="task", index="run_id", values="score", aggregate_function="mean")
        numbers = wide.drop("run_id")
        most = numbers.select([c for c in numbers.columns if numbers[c].null_count() < 0.2 * numbers.height])
        matrix = most.drop_nulls().to_numpy()
        if matrix.shape[0] < FEWEST_MODELS or matrix.shape[1] < 5:
            answers.append(
                untestable(
                    source,
                    f"{matrix.shape[0]} models with {matrix.shape[1]} tasks in common; 20"
                    " and five are asked for",
                )
            )
            continue
        value, half = _three_axes(matrix)
        words = f"{matrix.shape[0]} models, {matrix.shape[1]} tasks"
        limits = (value, value - half, min(value + half, 1.0))
        verdict = decide(*limits[1:], supported=lambda v: v >= 0.9, words=words)
        counter = f"one axis holds {_in_axes(matrix, 1):.0%}"
        answers.append(
            found(part, "variance in three components", limits, matrix.shape[0], verdict, counter=counter)
        )
    return answers


def _three_axes(matrix: Floats) -> tuple[float, float]:
    """Share of variance in three axes, and the half-width of its jackknife interval over models."""
    n = matrix.shape[0]
    centred = matrix - matrix.mean(axis=0)
    # Without one model the scatter about the new mean loses n/(n − 1) of that model's own.
    without = (centred.T @ centred)[None] - n / (n - 1) * centred[:, :, None] * centred[:, None, :]
    shares = _held(without, AXES)
    half = 1.96 * float(np.sqrt((n - 1) / n * ((shares - shares.mean()) ** 2).sum()))
    return _in_axes(matrix, AXES), half


def _held(scatter: Floats, axes: int) -> Floats:
    """Share of variance of standardised scores in the first axes, of each scatter matrix (b, d, d)."""
    sd = np.sqrt(np.maximum(np.diagonal(scatter, axis1=1, axis2=2), 1e-24))
    values = np.linalg.eigvalsh(scatter / (sd[:, :, None] * sd[:, None, :]))
    share: Floats = values[:, -axes:].sum(axis=1) / values.sum(axis=1)
    return share


def _in_axes(matrix: Floats, axes: int) -> float:
    centred = matrix - matrix.mean(axis=0)
    return float(_held((centred.T @ centred)[None], axes)[0])


def out_of_reach(why: str) -> Test:
    """A test that answers every source with the reason why no table here can tell."""

    def test(tables: ClaimTables) -> list[Finding]:
        rows = tables.loss_scores
        return [] if rows is None else [untestable(s, why) for s in rows["source"].unique().sort()]

    return test
