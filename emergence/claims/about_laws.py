"""Tests of claims about loss laws and capability axes, and the claims that no table here can reach."""

from collections.abc import Callable

import numpy as np
import polars as pl

from emergence.claims import about_loss as claims_loss
from emergence.claims import about_shape as claims_shape
from emergence.claims.judge import (
    CONTRADICTED,
    NOT_TESTABLE,
    SUPPORTED,
    ClaimTables,
    Finding,
    Test,
    by_source,
    decide,
)

HOFFMANN = {"irreducible_loss": 1.6934, "alpha": 0.3392, "beta": 0.2849}
BESIROGLU = {"irreducible_loss": 1.8172, "a": 482.01, "b": 2085.43, "alpha": 0.3478, "beta": 0.3658}
KAPLAN_EXPONENT = 0.076
CHINCHILLA = "chinchilla"
FEWEST_MODELS = 20
WIDEST = 0.3  # an interval of the exponent of compute wider than this supports nothing,
NARROW = 0.1  # nor does one of the exponent of size wider than this


def _laws(tables: ClaimTables, form: str) -> pl.DataFrame | None:
    """Fitted laws of one form, without outliers where there is such a fit."""
    if tables.loss_laws is None:
        return None
    rows = tables.loss_laws.filter(pl.col("form") == form, pl.col("irreducible_loss").is_not_null())
    keys = [c for c in ("source", "family", "corpus", "experiment") if c in rows.columns]
    return rows.sort(*keys, "points", descending=[*[False] * len(keys), True]).unique(
        keys, keep="first", maintain_order=True
    )


def params_and_tokens_grow_alike(tables: ClaimTables) -> list[Finding]:
    """Exponent of compute-optimal params, β/(α + β): 0.5 in each law's interval supports, in none not."""
    laws = _laws(tables, "L(N,D)")
    found = []
    for source, part in by_source(laws) if laws is not None else []:
        rows = part.filter(pl.col("status") == "ok").drop_nulls("compute_exponent_low")
        if not rows.height:
            continue
        hold = rows.filter(
            pl.col("compute_exponent_low") <= 0.5, pl.col("compute_exponent_high") >= 0.5
        ).height
        low, high = float(rows["compute_exponent_low"].min()), float(rows["compute_exponent_high"].max())  # type: ignore[arg-type]
        value = float(rows["compute_exponent"].median())  # type: ignore[arg-type]
        verdict = SUPPORTED if hold == rows.height else CONTRADICTED if hold == 0 else NOT_TESTABLE
        if verdict == SUPPORTED and high - low > WIDEST:
            verdict = NOT_TESTABLE
        words = f"{hold} of {rows.height} laws hold 0.5 in their interval"
        reason = words if verdict != NOT_TESTABLE else f"undetermined: {words}"
        found.append(
            Finding(
                source,
                "exponent of optimal params in compute",
                value,
                low,
                high,
                rows.height,
                verdict,
                reason,
            )
        )
    return found


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
        verdict = CONTRADICTED if missed else SUPPORTED
        limits = (row["beta_low"], row["beta_high"])
        return [Finding(CHINCHILLA, "β", row["beta"], *limits, row["n"], verdict, words)]

    return test


def loss_is_a_pure_power_of_size(tables: ClaimTables) -> list[Finding]:
    """Most laws L(N) needing an irreducible loss contradicts a pure power, else the exponent decides."""
    laws = _laws(tables, "L(N)")
    found = []
    for source, part in by_source(laws) if laws is not None else []:
        bounded = part.filter(pl.col("status") == "ok").drop_nulls("irreducible_loss_low")
        if bounded.height > part.height / 2:
            row = bounded.sort("n", descending=True).row(0, named=True)
            words = (
                f"{bounded.height} of {part.height} laws need an irreducible loss; tokens differ with size"
            )
            numbers = (row["irreducible_loss"], row["irreducible_loss_low"], row["irreducible_loss_high"])
            found.append(Finding(source, "irreducible loss", *numbers, row["n"], CONTRADICTED, words))
            continue
        row = part.sort("n", descending=True).row(0, named=True)
        low, high = row["alpha_n_low"], row["alpha_n_high"]
        words = "irreducible loss not identified"
        verdict, reason = decide(low, high, supported=lambda v: v <= KAPLAN_EXPONENT, words=words)
        if low is not None and high is not None and low <= KAPLAN_EXPONENT <= high:
            narrow = high - low <= NARROW
            verdict = SUPPORTED if narrow else NOT_TESTABLE
            reason = f"{words}; exponent {KAPLAN_EXPONENT} lies in {'the' if narrow else 'a wide'} interval"
        found.append(
            Finding(source, "exponent of size", row["alpha_n"], low, high, row["n"], verdict, reason)
        )
    return found


def few_axes_of_capability(tables: ClaimTables) -> list[Finding]:
    """Share of variance of scores in three principal components (jackknife over models); 0.9 supports."""
    if tables.scores is None:
        return []
    found = []
    for source, part in by_source(tables.scores):
        wide = part.pivot(on="task", index="run_id", values="score", aggregate_function="mean")
        numbers = wide.drop("run_id")
        most = numbers.select([c for c in numbers.columns if numbers[c].null_count() < 0.2 * numbers.height])
        matrix = most.drop_nulls().to_numpy()
        if matrix.shape[0] < FEWEST_MODELS or matrix.shape[1] < 5:
            continue
        n = matrix.shape[0]
        value = _three_axes(matrix)
        without = np.array([_three_axes(np.delete(matrix, k, axis=0)) for k in range(n)])
        half = 1.96 * float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
        low, high = value - half, min(value + half, 1.0)
        words = f"{n} models, {matrix.shape[1]} tasks"
        verdict, reason = decide(low, high, supported=lambda v: v >= 0.9, words=words)
        found.append(Finding(source, "variance in three components", value, low, high, n, verdict, reason))
    return found


def _three_axes(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    scaled = (matrix - matrix.mean(axis=0)) / np.maximum(matrix.std(axis=0), 1e-12)
    squares = np.linalg.svd(scaled, compute_uv=False) ** 2
    return float(squares[:3].sum() / squares.sum())


def out_of_reach(why: str) -> Callable[[ClaimTables], list[Finding]]:
    """A test that answers every source with the reason why no table here can tell."""

    def test(tables: ClaimTables) -> list[Finding]:
        if tables.loss_scores is None:
            return []
        names = tables.loss_scores["source"].unique().sort().to_list()
        return [Finding(s, "", None, None, None, 0, NOT_TESTABLE, why) for s in names]

    return test


TESTS: dict[str, Test] = {
    "du_same_loss_same_score": claims_loss.same_loss_same_score,
    "du_same_loss_any_data": claims_loss.same_loss_any_data,
    "du_threshold": claims_loss.tasks_have_thresholds,
    "du_one_threshold": claims_loss.one_threshold_for_all,
    "du_eta_2_2": claims_loss.threshold_is_2_2,
    "du_continuous_metrics": claims_loss.continuous_metrics_emerge_too,
    "wei_emergence_in_size": claims_shape.abilities_appear_with_size,
    "wei_not_extrapolable": claims_loss.emergent_defies_extrapolation,
    "schaeffer_2023_metric": claims_loss.sharpness_is_the_metric,
    "schaeffer_2024_degradation": claims_shape.accuracy_is_less_predictable,
    "gadre_error_law": claims_shape.average_error_is_exponential,
    "bhagia_two_points": claims_loss.small_foretell_large_in_points,
    "huang_linear": claims_shape.mean_score_is_linear_in_bits,
    "ruan_low_dimension": few_axes_of_capability,
    "hoffmann_equal_scaling": params_and_tokens_grow_alike,
    "hoffmann_parameters": published_parameters(HOFFMANN),
    "besiroglu_parameters": published_parameters(BESIROGLU),
    "kaplan_power_law": loss_is_a_pure_power_of_size,
    "liu_better_with_size": claims_loss.loss_explains_little,
    "lourie_minority": claims_shape.few_tasks_are_predictable,
    "lourie_validation_corpus": claims_shape.corpus_of_the_loss_decides,
    "datadecide_ranking": claims_shape.small_models_rank_recipes,
    "wu_u_shape": out_of_reach("needs answers item by item, to part hard questions from easy ones"),
    "hu_resolution": out_of_reach("needs many sampled answers an item; the tables hold one score a task"),
    "dominguez_test_task": out_of_reach("needs the same models tuned on the task before they are tested"),
    "caballero_broken_law": out_of_reach(
        "its form has more numbers than a run here has sizes to fit them on"
    ),
}
