"""Once loss is known, does size, data or family still change the score, and by how many points?"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtri

from emergence.given_loss.covariates import SLOPE_FIELDS, Slope, fit_slopes
from emergence.given_loss.group_biases import WORDS, GroupBiases, group_biases, number_or_none
from emergence.given_loss.sufficiency_kernel import (
    permute_runs,
    run_means,
)
from emergence.numerics.arrays import CONFIDENCE, Floats
from emergence.numerics.monotone import held_out, in_sample
from emergence.numerics.words import counted
from emergence.points.groups import FACTORS, TaskPoints, points_of, sorted_columns
from emergence.score_curves.curve_set import CurveSet
from emergence.score_curves.score_curve import ScoreCurve

MARGIN = 0.015  # 1.5 points: about one standard error of an accuracy over a thousand questions
PERMUTATIONS = 999
FEWEST_POINTS, FEWEST_RUNS = 8, 3
RUNS_PER_STRATUM = 6
_BIAS = pl.Struct(
    {
        "factor": pl.String,
        "group": pl.String,
        "bias": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "runs": pl.Int64,
    }
)
SUFFICIENCY_SCHEMA: dict[str, Any] = {
    "n_checkpoints": pl.Int64,
    "n_runs": pl.Int64,
    "score_unit": pl.String,
    "score_sd": pl.Float64,
    "rmse_in_sample": pl.Float64,
    "rmse_run": pl.Float64,
    "r2_held_out": pl.Float64,
    **{f"{n}_{f}": pl.Float64 for f in FACTORS for n in ("rmse", "overlap")},
    **{f"bias_{f}{e}": pl.Float64 for f in FACTORS for e in ("", "_low", "_high")},
    "biases": pl.List(_BIAS),
    **{
        f"{n}_{f}{e}": pl.Float64
        for f in ("params", "tokens")
        for n in ("slope", "effect")
        for e in ("", "_low", "_high")
    },
    "slope_params_simex": pl.Float64,
    "slopes": pl.List(pl.Struct(SLOPE_FIELDS)),
    "loss_error": pl.Float64,
    **{f"p_{n}": pl.Float64 for n in ("params", "params_in_family", "tokens", "family", "training_corpus")},
    "run_sd": pl.Float64,
    "run_sd_low": pl.Float64,
    "seed_sd": pl.Float64,
    "item_sd": pl.Float64,
    "margin": pl.Float64,
    "sufficient": pl.Boolean,
    **{f"beyond_{f}": pl.Boolean for f in FACTORS},
    "status": pl.String,
    "reason": pl.String,
}
ENDS = ("", "_low", "_high")
Tasks = Callable[[int], tuple[TaskPoints, ScoreCurve | None]]
TESTED = ("params", "params_in_family", "tokens", "family", "training_corpus")


def fit_sufficiency(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    margin: float = MARGIN,
    permutations: int = PERMUTATIONS,
    confidence: float = CONFIDENCE,
    threads: int = 2,
    curves: CurveSet | None = None,
    covariates: Sequence[str] = (),
    rng: np.random.Generator,
) -> pl.DataFrame:
    """One row a group of `frame`: what size, tokens, family and training corpus add once loss is known.

    `frame` has run_id, loss, score, params and, where known, tokens, family, training_corpus, loss_low and
    loss_high (95 %), n_items, higher_is_better. RMSE, biases and SDs are in score points where every score is
    within [0, 1], else in the metric's unit, and then `sufficient` stays empty. `sufficient` is true if what
    size and every other numeric covariate change over the range seen, and every group's bias, is shown to
    lie within the margin (two one-sided tests); false if a covariate matters and is not so, if a group is
    beyond it (Bonferroni), or if runs of equal loss differ by more than the margin beyond seeds' or items'
    noise. `covariates` names numeric columns beside params and tokens (depth, learning rate, batch, …).
    `p_tokens` rests on the runs whose tokens are known. `curves`, fitted on this frame by these keys, save
    sorting it again. InputError: missing column.
    """
    tasks, keys = _points(frame, by, covariates) if curves is None else _points_of_curves(curves)
    seeds = rng.integers(0, 2**31 - 1, len(keys))

    def one(k: int) -> dict[str, Any]:
        points, curve = tasks(k)
        return _row(points, curve, margin, permutations, confidence, int(seeds[k]))

    with ThreadPoolExecutor(threads) as pool:
        rows = list(pool.map(one, range(len(keys)), chunksize=8))
    body = pl.DataFrame(rows, schema=SUFFICIENCY_SCHEMA, orient="row")
    return pl.concat([keys, body], how="horizontal")


def _points(frame: pl.DataFrame, by: Sequence[str], covariates: Sequence[str]) -> tuple[Tasks, pl.DataFrame]:
    """Points of the k-th group, and the keys of all."""
    table, edges, keys = sorted_columns(frame, by, covariates)
    return lambda k: (points_of(table, slice(edges[k], edges[k + 1])), None), keys


def _points_of_curves(curves: CurveSet) -> tuple[Tasks, pl.DataFrame]:
    """The same with the curve already fitted to them, if any could be."""
    schema = {c: curves.frame.schema[c] for c in curves.by}
    keys = pl.DataFrame([task.key for task in curves.tasks], schema=schema)
    return lambda k: (curves.tasks[k].points, curves.tasks[k].curve), keys


def _row(
    s: TaskPoints,
    curve: ScoreCurve | None,
    margin: float,
    permutations: int,
    confidence: float,
    seed: int,
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SUFFICIENCY_SCHEMA)
    wide = margin * (100.0 if s.unit == "points" else 1.0)
    row |= {"n_checkpoints": s.x.size, "n_runs": s.runs, "score_unit": s.unit, "margin": wide}
    row |= {"biases": [], "slopes": []}
    if s.x.size < FEWEST_POINTS or s.runs < FEWEST_RUNS:
        seen = f"{counted(s.x.size, 'checkpoint')} of {counted(s.runs, 'run')}"
        words = f"{seen}; needs {FEWEST_POINTS} of {FEWEST_RUNS}"
        return row | {"status": "too_few_points", "reason": f"not testable here: {words}"}
    if s.y.max() == s.y.min():
        return row | {"status": "constant", "reason": "not testable here: every score is the same"}
    _spread(s, curve, row, confidence)
    found = {factor: group_biases(s, factor, row, confidence) for factor in FACTORS}
    slopes = _slopes(s, curve, row, confidence, seed, wide)
    _permutations(s, row, permutations, seed)
    biases = {factor: held for factor, held in found.items() if held is not None}
    return {**row, "status": "ok", **_verdict(s, row, wide, slopes, biases)}


def _spread(s: TaskPoints, curve: ScoreCurve | None, row: dict[str, Any], confidence: float) -> None:
    """How far scores scatter, about the curve in sample and held out, and by run, seed and item."""
    inner = s.y - in_sample(s.x, s.y, s.w)
    off, used = _held_out_errors(s, curve)
    mean, count = run_means(off, used, s.run, s.runs)
    known = count > 0
    square = run_means(off * off, used, s.run, s.runs)[0][known]
    flat = s.y - np.average(s.y, weights=s.w)
    row["score_sd"] = float(np.sqrt(np.average(flat**2, weights=s.w)))
    row["rmse_in_sample"] = float(np.sqrt(np.average(inner**2, weights=s.w)))
    row["rmse_run"] = float(np.sqrt(square.mean()))
    spread = float(np.sqrt(np.average(flat[used] ** 2, weights=s.w[used])))
    row["r2_held_out"] = 1.0 - (row["rmse_run"] / spread) ** 2 if spread > 0 else None
    if known.sum() >= FEWEST_RUNS:
        freedom = int(known.sum()) - 1
        row["run_sd"] = float(np.std(mean[known], ddof=1))
        row["run_sd_low"] = row["run_sd"] * float(np.sqrt(freedom / chdtri(freedom, (1 - confidence) / 2)))
    if s.unit == "points" and np.isfinite(s.items).all():
        p = np.clip(np.abs(s.y) / 100.0, 0.0, 1.0)
        row["item_sd"] = float(100.0 * np.sqrt(np.average(p * (1 - p) / s.items, weights=s.w)))
    row["seed_sd"] = _seed_sd(s, mean, known)


def _held_out_errors(s: TaskPoints, curve: ScoreCurve | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Scores less the curve of the other runs (n,), and which are used: those within the others' losses."""
    if curve is not None and curve.by_runs and curve.inside.any():
        return curve.errors, curve.inside
    guess, inside = held_out(s.x, s.y, s.w, s.run, s.runs)
    return s.y - guess, inside if inside.any() else np.ones(s.x.size, bool)


def _seed_sd(s: TaskPoints, mean: Floats, known: Any) -> float | None:
    """SD between runs that share params, last tokens, family and training corpus: nothing but the seed."""
    last = np.full(s.runs, -np.inf)
    np.maximum.at(last, s.run, np.where(np.isfinite(s.log_tokens), np.round(s.log_tokens, 2), -1.0))
    recipe = np.round(100 * last).astype(np.int64)
    for factor in FACTORS:
        label, names = s.labels[factor]
        recipe *= len(names)
        recipe[s.run] = recipe[s.run] - recipe[s.run] % len(names) + label
    kinds = np.unique(recipe[known], return_inverse=True)[1]
    values = mean[known]
    freedom = values.size - kinds.max() - 1
    if freedom < 2:
        return None
    centre = np.bincount(kinds, values) / np.bincount(kinds)
    return float(np.sqrt(np.sum((values - centre[kinds]) ** 2) / freedom))


def _slopes(
    s: TaskPoints,
    curve: ScoreCurve | None,
    row: dict[str, Any],
    confidence: float,
    seed: int,
    wide: float,
) -> list[Slope]:
    """Points per unit of each numeric covariate at equal loss, params and tokens in columns of their own."""
    known = curve is not None and curve.by_runs and bool(curve.inside.any())
    found = fit_slopes(s, wide, seed, confidence, _held_out_errors(s, curve) if known else None)
    row["slopes"] = [slope.row() for slope in found]
    for slope in found:
        if slope.factor in ("params", "tokens"):
            told = slope.row()
            row |= {f"{n}_{slope.factor}{e}": told[f"{n}{e}"] for n in ("slope", "effect") for e in ENDS}
        if slope.factor == "params":
            row["slope_params_simex"] = slope.slope_simex
    if np.isfinite(s.error).all():
        row["loss_error"] = float(np.mean(s.error))
    return found


def _permutations(s: TaskPoints, row: dict[str, Any], draws: int, seed: int) -> None:
    if s.runs < RUNS_PER_STRATUM or draws < 1:
        return
    p = _permuted(s, np.ones(s.x.size, bool), draws, seed)
    known = np.isfinite(s.log_tokens)
    if not known.all():
        p[TESTED.index("tokens")] = _permuted(s, known, draws, seed)[TESTED.index("tokens")]
    row |= {f"p_{name}": number_or_none(value) for name, value in zip(TESTED, p, strict=True)}


def _permuted(s: TaskPoints, used: NDArray[np.bool_], draws: int, seed: int) -> Floats:
    """p-values (5,) of TESTED by the used points (n,) and the runs that have any; NaN where too few do."""
    about = np.zeros(s.x.size)
    about[used] = s.y[used] - in_sample(s.x[used], s.y[used], s.w[used])
    off, count = run_means(about, used, s.run, s.runs)
    kept = np.flatnonzero(count)
    runs = kept.size
    if runs < RUNS_PER_STRATUM:
        return np.full(len(TESTED), np.nan)
    loss, size, tokens = (
        run_means(v, used, s.run, s.runs)[0][kept] for v in (s.x, s.log_params, s.log_tokens)
    )
    place = np.empty(runs, np.int64)
    place[np.argsort(loss, kind="stable")] = np.arange(runs)
    stratum = place * (runs // RUNS_PER_STRATUM) // runs
    kinds = [np.zeros(s.runs, np.int64), np.zeros(s.runs, np.int64)]
    for kind, factor in zip(kinds, ("family", "training_corpus"), strict=True):
        kind[s.run] = s.labels[factor][0]
    family, corpus = (kind[kept] for kind in kinds)
    return np.asarray(permute_runs(off[kept], size, tokens, family, corpus, stratum, draws, seed))


def _verdict(
    s: TaskPoints,
    row: dict[str, Any],
    wide: float,
    slopes: list[Slope],
    found: Mapping[str, GroupBiases],
) -> dict[str, Any]:
    """`sufficient` and why."""
    if s.unit != "points":
        return {
            "sufficient": None,
            "reason": "not judged: the margin is in points, the metric is no fraction",
        }
    judged = _judged(slopes)
    beyond = {f: words for f, held in found.items() if (words := held.beyond(f, wide)) is not None}
    sloped = [slope for slope in judged if slope.matters]
    if sloped or beyond:
        flags = {f"beyond_{f}": True for f in beyond}
        flags |= {"beyond_params": True} if any(slope.factor == "params" for slope in sloped) else {}
        words = "; ".join([_of_slope(slope) for slope in sloped] + list(beyond.values()))
        return {"sufficient": False, "reason": words} | flags
    excess = _excess(row)
    if excess is not None and excess > wide:
        words = f"runs of equal loss differ by an SD of {row['run_sd']:.1f} points"
        words = f"{words}, at least {excess:.1f} of it beyond the noise of seeds or items"
        return {"sufficient": False, "reason": words}
    # Sizes are judged by their slope, which every run informs; other groups by themselves.
    groups = {f: held for f, held in found.items() if f != "params" and held.parts[0][2] >= 2}
    open_ones = [
        f"{WORDS.get(x.factor, x.factor)} ({x.effect:+z.1f}; {_by_halves(x)})"
        for x in judged
        if x.matters is None
    ]
    open_ones += [
        f"{WORDS[f]} (largest {held.largest():.1f}; in half of the losses {held.largest(halves=True):.1f})"
        for f, held in groups.items()
        if not held.within(wide)
    ]
    if not judged and not groups:
        words = "undetermined: no covariate varies, and no factor has two groups of repeated runs in overlap"
        return {"sufficient": None, "reason": words}
    if open_ones:
        return {
            "sufficient": None,
            "reason": f"undetermined within {wide:.1f} points: {', '.join(open_ones)}",
        }
    what = ", ".join([WORDS.get(slope.factor, slope.factor) for slope in judged] + [WORDS[f] for f in groups])
    return {
        "sufficient": True,
        "reason": f"over the range seen {what} changes by at most {wide:.1f} points at equal loss,"
        " on average over all losses and over either half of them",
    }


def _judged(slopes: list[Slope]) -> list[Slope]:
    """All slopes but that of tokens where sizes vary: at equal loss more tokens are a smaller model."""
    sized = any(slope.factor == "params" for slope in slopes)
    return [slope for slope in slopes if not (sized and slope.factor == "tokens")]


def _of_slope(slope: Slope) -> str:
    word = WORDS.get(slope.factor, slope.factor)
    unit = "tenfold" if slope.scale == "log10" else "unit"
    effect = f"{slope.effect:+z.1f} [{slope.effect_low:+z.1f}, {slope.effect_high:+z.1f}]"
    return (
        f"at equal loss {word} changes the score by {slope.slope:+z.1f} points per {unit}, "
        f"{effect} over the range seen ({_by_halves(slope)})"
    )


def _by_halves(slope: Slope) -> str:
    """The effect above and below the loss that parts them."""
    above, below = (
        "not known" if effect is None else f"{effect:+z.1f}"
        for effect in (slope.effect_above, slope.effect_below)
    )
    return f"{above} above a loss of {slope.loss_between:.2f}, {below} below"


def _excess(row: dict[str, Any]) -> float | None:
    """Lower limit of the runs' SD at equal loss beyond what seeds or items explain, if either is known."""
    noise = row["seed_sd"] if row["seed_sd"] is not None else row["item_sd"]
    if row["run_sd_low"] is None or noise is None:
        return None
    return float(np.sqrt(max(row["run_sd_low"] ** 2 - noise**2, 0.0)))
