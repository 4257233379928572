"""Size, tokens and compute at which a threshold of loss is reached, with the errors of threshold and law."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from emergence.errors import InputError
from emergence.laws.law import LossLaw, stretch
from emergence.numerics.arrays import CONFIDENCE, Floats

FLOP_PER_PARAM_TOKEN = 6.0
DRAWS = 2000
SIZE_SCHEMA: dict[str, Any] = {
    "form": pl.String,
    "points": pl.String,
    "eta": pl.Float64,
    "at_params": pl.Float64,
    **{n + s: pl.Float64 for n in ("params", "tokens", "compute_flop") for s in ("", "_low", "_high")},
    "p_never": pl.Float64,
    "never": pl.Boolean,
    "extrapolated": pl.Boolean,
    "law_status": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class EmergenceSize:
    """Where a law reaches `eta`: infinite where it never does, and a high limit infinite where it may never.

    L(N): params alone (at the law's own token rule). L(N,D) without `at_params`: the compute-optimal params,
    tokens and FLOP (6·N·D); with `at_params`: the tokens and FLOP that this size needs. `p_never` is the
    share of joint draws of threshold and law in which η is at or below what the law can reach.
    `extrapolated`: the size is outside those of the law's points, or η is below all their losses.
    """

    form: str
    points: str
    eta: float
    at_params: float
    params: float
    params_low: float
    params_high: float
    tokens: float
    tokens_low: float
    tokens_high: float
    compute_flop: float
    compute_flop_low: float
    compute_flop_high: float
    p_never: float
    never: bool
    extrapolated: bool
    law_status: str
    reason: str

    def row(self) -> dict[str, Any]:
        """One row of `emergence_sizes`, numbers that do not apply empty."""
        return {k: (None if isinstance(v, float) and np.isnan(v) else v) for k, v in vars(self).items()}


def emergence_size(
    eta: float,
    law: LossLaw,
    *,
    eta_replicates: ArrayLike | None = None,
    eta_low: float | None = None,
    eta_high: float | None = None,
    at_params: float | None = None,
    confidence: float = CONFIDENCE,
    rng: np.random.Generator,
) -> EmergenceSize:
    """Size at which `law` reaches the loss `eta` (same corpus and unit): N_η = N0·(η − L∞)^(−1/α) for L(N).

    The error of η comes as replicates (B,), or as limits taken as a split normal, or not at all; it is drawn
    independently of the law's replicates, which are stretched since its runs may be few. Raises InputError if
    the law has no numbers or too few runs to foretell. For L(N,D) the optimum at 6·N·D has A/N^α =
    (η − E)·β/(α + β) (Hoffmann et al., arXiv 2203.15556, eq. 4).
    """
    law.must_foretell()
    if at_params is not None and law.form == "L(N)":
        raise InputError("at_params: the law is L(N), which has no tokens to solve for; pass an L(N,D) law")
    size = None if at_params is None else float(at_params)
    points = np.array(_reach(np.array([eta]), law.theta[None], size))[:, 0]
    etas = _eta_draws(eta, eta_replicates, eta_low, eta_high, confidence, rng)
    theta = law.replicates[rng.integers(0, law.replicates.shape[0], etas.size)]
    draws = _stretched(
        np.array(_reach(etas, theta, size)),
        np.array(_reach(etas, law.theta[None], size)),
        stretch(law.runs, confidence),
    )
    never = np.isinf(draws[0])
    # Whole draws as limits: some are infinite, and between those nothing can be interpolated.
    ends = [round(share * (etas.size - 1)) for share in ((1 - confidence) / 2, (1 + confidence) / 2)]
    low, high = np.partition(np.where(np.isnan(draws), np.inf, draws), ends, axis=1)[:, ends].T
    known = ~np.isnan(points)
    low, high = (np.where(known, f(v, points), np.nan) for f, v in ((np.minimum, low), (np.maximum, high)))
    reaches = bool(np.isfinite(points[0] if size is None else points[1]))
    p_never = float(np.mean(never if size is None else np.isinf(draws[1])))
    names = [n + end for n in ("params", "tokens", "compute_flop") for end in ("", "_low", "_high")]
    values = [float(v) for k in range(3) for v in (points[k], low[k], high[k])]
    numbers: dict[str, Any] = dict(zip(names, values, strict=True))
    return EmergenceSize(
        form=law.form,
        points=law.points,
        eta=float(eta),
        at_params=np.nan if size is None else size,
        **numbers,
        p_never=p_never,
        never=not reaches,
        extrapolated=reaches and bool(_outside(law, float(eta), float(points[0]))),
        law_status=law.status,
        reason=_sentence(law, eta, size, points, low, high, p_never, reaches),
    )


def _eta_draws(
    eta: float,
    replicates: ArrayLike | None,
    low: float | None,
    high: float | None,
    confidence: float,
    rng: np.random.Generator,
) -> Floats:
    if replicates is not None:
        given = np.asarray(replicates, float)
        return rng.choice(given[np.isfinite(given)], DRAWS)
    if low is None or high is None:
        return np.full(DRAWS, float(eta))
    normal = rng.standard_normal(DRAWS) / ndtri(0.5 + confidence / 2)
    return np.where(normal < 0, eta + normal * (eta - low), eta + normal * (high - eta))


def _stretched(draws: Floats, centre: Floats, factor: float) -> Floats:
    """Sizes (3, B) moved away, in logs, from what the law itself says of the same thresholds (3, B).

    Only the law's error grows; the threshold's is drawn as it is. A size that either never reaches stays.
    """
    finite = np.isfinite(draws) & np.isfinite(centre) & (centre > 0)
    ratio = np.divide(draws, centre, out=np.ones_like(draws), where=finite)
    with np.errstate(over="ignore"):
        return np.where(finite, centre * ratio**factor, draws)


def _reach(etas: Floats, theta: Floats, at_params: float | None) -> tuple[Floats, Floats, Floats]:
    """Params, tokens and FLOP (B,) at which laws (B, p) reach losses (B,); infinite where they never do."""
    rest = etas - np.exp(theta[:, 0])
    if theta.shape[1] == 3:
        params = _solve(rest, theta[:, 1], theta[:, 2])
        return params, np.full_like(params, np.nan), np.full_like(params, np.nan)
    alpha, beta = theta[:, 2], theta[:, 4]
    if at_params is None:
        params = _solve(rest * beta / (alpha + beta), theta[:, 1], alpha)
        tokens = _solve(rest * alpha / (alpha + beta), theta[:, 3], beta)
    else:
        params = np.full_like(rest, at_params)
        tokens = _solve(rest - np.exp(theta[:, 1] - alpha * np.log(at_params)), theta[:, 3], beta)
    with np.errstate(invalid="ignore"):  # a size of none and tokens without end: no number
        return params, tokens, FLOP_PER_PARAM_TOKEN * params * tokens


def _solve(part: Floats, log_scale: Floats, exponent: Floats) -> Floats:
    """x with exp(log_scale)/x^exponent = part; infinite where part is not above zero."""
    positive = np.where(part > 0, part, 1.0)
    log_x = (log_scale - np.log(positive)) / np.maximum(exponent, 1e-9)
    return np.where((part > 0) & (log_x < 690.0), np.exp(np.minimum(log_x, 690.0)), np.inf)


def _sentence(
    law: LossLaw,
    eta: float,
    at_params: float | None,
    points: Floats,
    low: Floats,
    high: Floats,
    p_never: float,
    reaches: bool,
) -> str:
    if not reaches:
        where = "" if at_params is None else f" at {at_params:.3g} params"
        return f"never{where}: the law does not come down to {eta:.4g} (probability {p_never:.2f})"
    which = 0 if at_params is None else 1
    what = ("params", "tokens")[which]
    words = f"{points[which]:.3g} {what} [{low[which]:.3g}, {high[which]:.3g}]"
    doubts = [f"never with probability {p_never:.2f}"] if p_never > 0 else []
    if law.status != "ok":
        doubts.append(law.status)
    doubts += _outside(law, eta, float(points[0]))
    return "; ".join([words, *doubts])


def _outside(law: LossLaw, eta: float, params: float) -> list[str]:
    """In what a law is asked for more than it was fitted on; a size seen may need tokens never seen."""
    told = []
    if not law.params_range[0] <= params <= law.params_range[1]:
        told.append("outside the sizes the law was fitted on")
    if eta < law.smallest_loss:
        told.append("below every loss the law was fitted on")
    return told


def score_of_size(
    params: ArrayLike,
    score_of_loss: Callable[[Floats], Floats],
    *,
    eta: float,
    chance: float,
    irreducible_loss: float,
    n0: float,
    alpha_n: float,
) -> Floats:
    """Score (…) of models of `params` (…): f(L∞ + (N0/N)^α) where N ≥ N0·(η − L∞)^(−1/α), else chance.

    `score_of_loss` maps losses to scores and is asked only below η. Where η ≤ L∞ every size is at chance.
    Source: Du et al. (arXiv 2403.15796), the piecewise form that follows from L(N) and a threshold of loss.
    """
    sizes = np.asarray(params, float)
    reach: NDArray[np.float64] = _solve(
        np.array([eta - irreducible_loss]), np.array([alpha_n * np.log(n0)]), np.array([alpha_n])
    )
    emerged = sizes >= reach[0] * (1 - 1e-12)
    scores = np.full(sizes.shape, float(chance))
    loss = irreducible_loss + (n0 / sizes) ** alpha_n
    scores[emerged] = score_of_loss(loss[emerged])
    return scores
