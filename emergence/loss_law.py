"""A fitted loss law as a frozen result: its parameters with intervals by run, predictions and row."""

from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from emergence.errors import InputError

Floats = NDArray[np.float64]
Form = Literal["L(N)", "L(N,D)"]
CONFIDENCE = 0.95
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
    "weigh_most": pl.List(pl.String),
    "largest_shift": pl.Float64,
    "confidence": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
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

    def loss(self, params: ArrayLike, tokens: ArrayLike | None = None, theta: Floats | None = None) -> Floats:
        """Loss at `params` (and `tokens`), nats per token or whatever unit was fitted."""
        return law_loss(self.theta if theta is None else theta, params, tokens)

    def interval(self, name: str) -> tuple[float, float, float]:
        """Estimate, low and high of a parameter named as in `loss_laws`; NaN where the form has none."""
        if not self.fitted or name not in named_parameters(self.theta, self.form):
            return (np.nan, np.nan, np.nan)
        value = float(named_parameters(self.theta, self.form)[name][()])
        draws = named_parameters(self.replicates, self.form)[name]
        return (value, *stretched(np.log(value), np.log(draws), self.runs, self.confidence, transform=np.exp))

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
            "weigh_most": list(self.weigh_most),
            "largest_shift": None if np.isnan(self.largest_shift) else self.largest_shift,
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


def stretched(
    centre: float, draws: Floats, runs: int, confidence: float = CONFIDENCE, transform: Any = None
) -> tuple[float, float]:
    """Percentile limits of `draws`, stretched from `centre` by t/z·√(R/(R−1)) since runs R may be few."""
    if runs < 2 or draws.size < 2:
        return (np.nan, np.nan)
    tail = (1 - confidence) / 2
    factor = t.ppf(1 - tail, runs - 1) / norm.ppf(1 - tail) * np.sqrt(runs / (runs - 1))
    low, high = centre + factor * (np.quantile(draws, [tail, 1 - tail]) - centre)
    low, high = min(low, centre), max(high, centre)
    return (float(transform(low)), float(transform(high))) if transform else (float(low), float(high))


def named_parameters(theta: Floats, form: Form) -> dict[str, Floats]:
    """The public parameters of thetas (..., p)."""
    positive = np.maximum(theta[..., 2], 1e-12)
    if form == "L(N)":
        log_n0 = np.clip(theta[..., 1] / positive, -700, 700)
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
