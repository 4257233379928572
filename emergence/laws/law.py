"""A fitted loss law as a frozen result: its parameters with intervals by run, predictions and row."""

from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE, Floats

Form = Literal["L(N)", "L(N,D)"]
FORETELLING = ("ok", "irreducible_loss not identified")
LARGEST_LOG = 700.0  # of a number that a float holds
LAW_PARAMETERS = ("irreducible_loss", "n0", "alpha_n", "a", "alpha", "b", "beta")
LAW_SCHEMA: dict[str, Any] = {
    "form": pl.String,
    "points": pl.String,
    **{n + s: pl.Float64 for n in LAW_PARAMETERS for s in ("", "_low", "_high")},
    "compute_exponent": pl.Float64,
    "compute_exponent_low": pl.Float64,
    "compute_exponent_high": pl.Float64,
    "rmse": pl.Float64,
    "n": pl.Int64,
    "n_runs": pl.Int64,
    "n_outliers": pl.Int64,
    "params_min": pl.Float64,
    "params_max": pl.Float64,
    "loss_min": pl.Float64,
    "weigh_most": pl.List(pl.String),
    "largest_shift": pl.Float64,
    "stretch": pl.Float64,
    "confidence": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
}
DRAW_SCHEMA: dict[str, Any] = {
    "draw": pl.Int64,
    "log_irreducible_loss": pl.Float64,
    "log_a": pl.Float64,
    "alpha": pl.Float64,
    "log_b": pl.Float64,
    "beta": pl.Float64,
}


@dataclass(frozen=True)
class LossLaw:
    """A fitted law: `theta` = (ln E, ln A, α[, ln B, β]), `replicates` (B, p) its bootstrap by runs.

    In the paper's form A = N0^α, so N0 = exp(ln A / α). `rmse` is of log L. `weigh_most` names the runs whose
    removal moves a parameter most, `largest_shift` is that move in the parameter's own standard errors.
    """

    form: Form
    points: str
    theta: Floats
    replicates: Floats = field(repr=False)
    runs: int
    n: int
    n_outliers: int
    rmse: float
    status: str
    reason: str
    smallest_loss: float
    params_range: tuple[float, float]
    weigh_most: tuple[str, ...]
    largest_shift: float
    confidence: float = CONFIDENCE

    @property
    def fitted(self) -> bool:
        """Whether there are numbers at all."""
        return bool(np.isfinite(self.theta).all())

    @property
    def foretells(self) -> bool:
        """Whether intervals of what follows from it hold: of a loss at a size, of the size at a loss."""
        return self.fitted and self.status in FORETELLING

    def must_foretell(self) -> None:
        """Raise InputError where the law does not foretell, with the reason."""
        if not self.foretells:
            raise InputError(f"law: it cannot foretell ({self.status}: {self.reason})")

    def loss(self, params: ArrayLike, tokens: ArrayLike | None = None, theta: Floats | None = None) -> Floats:
        """Loss at `params` (and `tokens`), nats per token or whatever unit was fitted."""
        return law_loss(self.theta if theta is None else theta, params, tokens)

    def interval(self, name: str) -> tuple[float, float, float]:
        """Estimate, low and high of a parameter named as in `loss_laws`; NaN where the form has none."""
        if not self.fitted or name not in named_parameters(self.theta, self.form):
            return (np.nan, np.nan, np.nan)
        value = float(named_parameters(self.theta, self.form)[name][()])
        draws = named_parameters(self.replicates, self.form)[name]
        limits = stretched(np.log(value), np.log(draws), self.runs, self.confidence)
        low, high = np.exp(np.clip(limits, -LARGEST_LOG, LARGEST_LOG))
        if name == "irreducible_loss":  # a loss that was reached is not one that none goes below
            high = max(value, np.fmin(high, self.smallest_loss))
        return (value, float(low), float(high))

    def row(self) -> dict[str, Any]:
        """One row of `loss_laws` (no key columns)."""
        names = [*LAW_PARAMETERS, "compute_exponent"]
        ends = ("", "_low", "_high")
        values = {n + e: v for n in names for e, v in zip(ends, self.interval(n), strict=True)}
        return {
            "form": self.form,
            "points": self.points,
            **{k: (None if np.isnan(v) else v) for k, v in values.items()},
            "rmse": None if np.isnan(self.rmse) else self.rmse,
            "n": self.n,
            "n_runs": self.runs,
            "n_outliers": self.n_outliers,
            "params_min": self.params_range[0],
            "params_max": self.params_range[1],
            "loss_min": None if np.isnan(self.smallest_loss) else self.smallest_loss,
            "weigh_most": list(self.weigh_most),
            "largest_shift": None if np.isnan(self.largest_shift) else self.largest_shift,
            "stretch": stretch(self.runs, self.confidence) if self.fitted and self.runs > 1 else None,
            "confidence": self.confidence,
            "status": self.status,
            "reason": self.reason,
        }


def law_loss(theta: Floats, params: ArrayLike, tokens: ArrayLike | None = None) -> Floats:
    """Loss of the law `theta` (..., p) at `params` and, for five parameters, `tokens` (all broadcast)."""
    total = np.exp(theta[..., 0]) + np.exp(theta[..., 1] - theta[..., 2] * np.log(params))
    if theta.shape[-1] == 5:
        if tokens is None:
            raise InputError("tokens: missing, but the law is L(N,D); give the number of training tokens")
        total = total + np.exp(theta[..., 3] - theta[..., 4] * np.log(tokens))
    return cast("Floats", total)


def stretched(centre: float, draws: Floats, runs: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Percentile limits of `draws`, stretched from `centre` by t/z·√(R/(R−1)) since runs R may be few."""
    if runs < 2 or draws.size < 2:
        return (np.nan, np.nan)
    tail = (1 - confidence) / 2
    factor = stretch(runs, confidence)
    low, high = centre + factor * (np.quantile(draws, [tail, 1 - tail]) - centre)
    return float(min(low, centre)), float(max(high, centre))


def stretch(runs: int, confidence: float = CONFIDENCE) -> float:
    """By how much intervals from draws of `runs` runs (two or more) are too short: t/z·√(R/(R−1))."""
    upper = (1 + confidence) / 2
    return float(stdtrit(runs - 1, upper) / ndtri(upper) * np.sqrt(runs / (runs - 1)))


def law_draws(law: LossLaw) -> pl.DataFrame:
    """The law and its replicates as rows, as DRAW_SCHEMA names them: `draw` 0 is the estimate."""
    rows = np.vstack([law.theta[None], law.replicates])
    names = list(DRAW_SCHEMA)[1:]
    numbers = {n: rows[:, k] if k < rows.shape[1] else None for k, n in enumerate(names)}
    return pl.DataFrame({"draw": np.arange(rows.shape[0]), **numbers}, schema=DRAW_SCHEMA)


def read_law(row: dict[str, Any], draws: pl.DataFrame) -> LossLaw:
    """The law of a row of `loss_laws` with its `draws` (as `law_draws` gives them), to be asked again."""
    names = list(DRAW_SCHEMA)[1 : 6 if row["form"] == "L(N,D)" else 4]
    thetas = draws.sort("draw").select(names).to_numpy()
    return LossLaw(
        form=row["form"],
        points=row["points"],
        theta=thetas[0],
        replicates=thetas[1:],
        runs=row["n_runs"],
        n=row["n"],
        n_outliers=row["n_outliers"],
        rmse=row["rmse"],
        status=row["status"],
        reason=row["reason"],
        smallest_loss=np.nan if row.get("loss_min") is None else row["loss_min"],
        params_range=(row["params_min"], row["params_max"]),
        weigh_most=tuple(row.get("weigh_most") or ()),
        largest_shift=np.nan if row.get("largest_shift") is None else row["largest_shift"],
        confidence=row["confidence"],
    )


def named_parameters(theta: Floats, form: Form) -> dict[str, Floats]:
    """The public parameters of thetas (..., p)."""
    theta = np.clip(theta, -LARGEST_LOG, LARGEST_LOG)
    positive = np.maximum(theta[..., 2], 1e-12)
    if form == "L(N)":
        log_n0 = np.clip(theta[..., 1] / positive, -LARGEST_LOG, LARGEST_LOG)
        return {"irreducible_loss": np.exp(theta[..., 0]), "n0": np.exp(log_n0), "alpha_n": positive}
    beta = np.maximum(theta[..., 4], 1e-12)
    return {
        "irreducible_loss": np.exp(theta[..., 0]),
        "a": np.exp(theta[..., 1]),
        "alpha": positive,
        "b": np.exp(theta[..., 3]),
        "beta": beta,
        "compute_exponent": beta / (positive + beta),
    }


def loss_scenarios(law: LossLaw, scenarios: pl.DataFrame, *, confidence: float = CONFIDENCE) -> pl.DataFrame:
    """Losses with limits for planned models: columns scenario, params and, for an L(N,D) law, tokens.

    The limits carry the law's own error (its replicates, stretched since its runs may be few) and, by its
    rmse, how far one run strays from it. InputError if the law cannot foretell.
    """
    law.must_foretell()
    params = scenarios["params"].cast(pl.Float64).to_numpy()
    tokens = scenarios["tokens"].cast(pl.Float64).to_numpy() if law.form == "L(N,D)" else None
    middle = law.loss(params, tokens)
    drawn = law.loss(params, tokens, law.replicates[:, None, :])
    limits = [stretched(np.log(m), np.log(drawn[:, k]), law.runs, confidence) for k, m in enumerate(middle)]
    low, high = np.exp(np.minimum(np.reshape(limits, (-1, 2)), LARGEST_LOG)).T
    stray = ndtri((1 + confidence) / 2) * law.rmse * middle
    return scenarios.with_columns(
        loss=pl.Series(middle),
        loss_low=pl.Series(middle - np.hypot(middle - low, stray)),
        loss_high=pl.Series(middle + np.hypot(high - middle, stray)),
    )
