"""Loss by size and tokens: L(N) = L∞ + (N0/N)^α and L(N,D) = E + A/N^α + B/D^β, intervals by run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from emergence.errors import InputError
from emergence.laws.kernel import huber, search_many
from emergence.laws.law import LAW_SCHEMA, Form, LossLaw, law_loss
from emergence.numerics.arrays import CONFIDENCE, Floats
from emergence.numerics.words import counted

STARTS = 6  # the best of the linear solutions over a grid of exponents, each searched to its end
OUTLIER_MADS = 6.0  # a residual of log L this many robust SDs away is set aside in the second fit
LEAST_SHARE = 0.05  # an irreducible loss that may be below this share of the smallest loss is not identified,
WIDEST_SHARE = 0.5  # nor is one whose interval is wider than this share of it
NOTHING_BESIDE = 0.001  # share of the smallest loss below which a part of it is said to be 0
TOO_CLOSE = 0.999  # correlation of ln N and ln D beyond which their terms are one
FEWEST_SIZES = 5  # of L(N): draws of 4 runs are all but exact fits, which miss most of the law's error
FEW_RUNS = 12  # below so many a good part of the draws has too few distinct runs, and more are drawn at once
SPREAD_EXPONENTS = np.geomspace(0.03, 1.6, 14)


def fit_loss_law(
    loss: ArrayLike,
    params: ArrayLike,
    tokens: ArrayLike | None = None,
    run: ArrayLike | None = None,
    *,
    form: Form | None = None,
    outlier: ArrayLike | None = None,
    replicates: int = 400,
    confidence: float = CONFIDENCE,
    influence: bool = True,
    rng: np.random.Generator,
) -> LossLaw:
    """Fit a law to losses (n,) at params (n,) and tokens (n,) by a Huber loss (δ = 1e-3) on log L, summed.

    `run` (n,) names the independent unit that the bootstrap resamples (default: every point); points with
    `outlier` true are left out. Assumes losses of one corpus and unit. InputError for a value not above zero.
    Source: Du et al. (arXiv 2403.15796) for L(N); Hoffmann et al. (arXiv 2203.15556), eq. 2 and section D.2,
    for L(N,D); the sum instead of the mean, and converged, after Besiroglu et al. (arXiv 2404.10102).
    """
    form = form or ("L(N)" if tokens is None else "L(N,D)")
    if form not in get_args(Form):
        raise InputError(f"form: {form!r} is not one of {', '.join(get_args(Form))}")
    y = np.log(_positive("loss", loss))
    columns = [_positive("params", params)]
    if form == "L(N,D)":
        if tokens is None:
            raise InputError("tokens: missing, but form is L(N,D); give tokens or choose form='L(N)'")
        columns.append(_positive("tokens", tokens))
    names = np.arange(y.size).astype(str) if run is None else np.asarray(run).astype(str)
    if any(c.size != y.size for c in [*columns, names]):
        raise InputError(f"params, tokens, run: expected {y.size} values each, one a loss")
    keep = np.ones(y.size, bool) if outlier is None else ~np.asarray(outlier, bool)
    logs, y, names = np.ascontiguousarray(np.log(np.stack(columns))[:, keep]), y[keep], names[keep]
    label = "all" if keep.all() else "without_outliers"
    frame = _Points(form, label, logs, y, names, int((~keep).sum()), confidence)
    trouble = frame.trouble()
    if trouble:
        return frame.unfitted(*trouble)
    return frame.fit(replicates, influence, rng)


def own_outliers(
    law: LossLaw, loss: ArrayLike, params: ArrayLike, tokens: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Points (n,) whose residual of log L is beyond six robust SDs (1.4826 × the median |r|) of the law."""
    with_tokens = tokens if law.form == "L(N,D)" else None
    residual = np.log(np.asarray(loss, float)) - np.log(law.loss(np.asarray(params, float), with_tokens))
    scale = 1.4826 * float(np.median(np.abs(residual)))
    return np.asarray(np.abs(residual) > OUTLIER_MADS * max(scale, 1e-6))


@dataclass(frozen=True)
class _Points:
    form: Form
    label: str
    logs: Floats
    y: Floats
    names: NDArray[np.str_]
    dropped: int
    confidence: float

    def trouble(self) -> tuple[str, str] | None:
        """Why no law can be fitted to these points, if so."""
        sizes = np.unique(self.logs[0]).size
        if self.form == "L(N)" and sizes < 4:
            return "too_few_points", f"{counted(sizes, 'size')}; three parameters need at least 4"
        if self.form == "L(N,D)" and (self.y.size < 8 or sizes < 3 or np.unique(self.logs[1]).size < 3):
            words = f"{counted(self.y.size, 'point')} of {counted(sizes, 'size')}"
            return "too_few_points", f"{words}; five parameters need 8 points of 3 sizes and 3 token counts"
        if self.form == "L(N,D)" and abs(np.asarray(np.corrcoef(self.logs))[0, 1]) > TOO_CLOSE:
            return (
                "tokens_follow_params",
                "tokens go with params throughout; their terms cannot be told apart",
            )
        return None

    def unfitted(self, status: str, reason: str) -> LossLaw:
        nothing = np.full(3 if self.form == "L(N)" else 5, np.nan)
        return self._law(nothing, np.empty((0, nothing.size)), np.nan, status, reason, (), np.nan)

    def _law(
        self,
        theta: Floats,
        draws: Floats,
        rmse: float,
        status: str,
        reason: str,
        weigh: tuple[str, ...],
        shift: float,
    ) -> LossLaw:
        sizes = np.exp(self.logs[0]) if self.y.size else np.array([np.nan])
        smallest = float(np.exp(self.y.min())) if self.y.size else np.nan
        return LossLaw(
            form=self.form,
            points=self.label,
            theta=theta,
            replicates=draws,
            runs=np.unique(self.names).size,
            n=self.y.size,
            n_outliers=self.dropped,
            rmse=rmse,
            status=status,
            reason=reason,
            smallest_loss=smallest,
            params_range=(float(sizes.min()), float(sizes.max())),
            weigh_most=weigh,
            largest_shift=shift,
            confidence=self.confidence,
        )

    def fit(self, replicates: int, influence: bool, rng: np.random.Generator) -> LossLaw:
        ones = np.ones((STARTS, self.y.size))
        starts = _starts(self.logs, self.y)
        found, values = search_many(starts, self.logs, self.y, ones[: starts.shape[0]])
        theta = found[int(np.argmin(values))]
        runs, index = np.unique(self.names, return_inverse=True)
        counts = _draws(runs.size, theta.size, replicates, rng)
        draws, _ = search_many(
            np.repeat(theta[None], counts.shape[0], 0), self.logs, self.y, counts[:, index]
        )
        tokens = np.exp(self.logs[1]) if self.form == "L(N,D)" else None
        rmse = float(np.sqrt(np.mean((self.y - np.log(law_loss(theta, np.exp(self.logs[0]), tokens))) ** 2)))
        weigh, shift = self._influence(theta, draws, runs, index) if influence else ((), np.nan)
        law = self._law(theta, draws, rmse, "ok", "", weigh, shift)
        status, reason = self._too_few_to_foretell() or _identified(law)
        return self._law(theta, draws, rmse, status, reason, weigh, shift)

    def _too_few_to_foretell(self) -> tuple[str, str] | None:
        """Why intervals of what follows from a law L(N) would not hold, if so: too few runs beyond its three
        parameters. Four sizes by two runs each do; four points hold the truth three times in five.
        """
        if self.form != "L(N)":
            return None
        codes = [np.unique(v, return_inverse=True)[1] for v in (self.logs[0], self.names)]
        size = np.unique(np.stack(codes), axis=1)[0]
        runs, per_size = np.unique(self.names).size, np.bincount(size)
        if runs >= FEWEST_SIZES and (per_size.size >= FEWEST_SIZES or per_size.min() > 1):
            return None
        words = f"{counted(runs, 'run')} of {counted(per_size.size, 'size')}"
        return "too_few_runs", f"{words}; to foretell takes {FEWEST_SIZES} sizes, or 4 of two runs each"

    def _influence(
        self, theta: Floats, draws: Floats, runs: NDArray[np.str_], index: NDArray[np.intp]
    ) -> tuple[tuple[str, ...], float]:
        """The five runs whose removal moves a parameter most, and the largest move in standard errors."""
        if runs.size < 3 or draws.shape[0] < 20:
            return (), np.nan
        without = 1.0 - np.eye(runs.size)
        moved, _ = search_many(np.repeat(theta[None], runs.size, 0), self.logs, self.y, without[:, index])
        spread = 0.7413 * np.subtract(*np.quantile(draws, [0.75, 0.25], axis=0))
        shift = np.max(np.abs(moved - theta) / np.maximum(spread, 1e-12), axis=1)
        order = np.argsort(-shift, kind="stable")[:5]
        return tuple(str(r) for r in runs[order]), float(shift[order[0]])


def _draws(runs: int, parameters: int, replicates: int, rng: np.random.Generator) -> Floats:
    """How often each run is drawn (at most replicates, runs), always more runs than would fit exactly."""
    few, many = replicates, 8 * replicates
    found = _carrying(runs, parameters, many if runs < FEW_RUNS else few, rng)
    if found.shape[0] < replicates:
        # From a stream of its own, so that the draws of laws that follow stay as they are.
        found = np.concatenate([found, _carrying(runs, parameters, many, rng.spawn(1)[0])])
    return np.asarray(found[:replicates], float)


def _carrying(runs: int, parameters: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Of `size` draws those with enough distinct runs for the parameters (at most size, runs)."""
    draw = rng.multinomial(runs, np.full(runs, 1 / runs), size=size)
    return np.asarray(draw[(draw > 0).sum(axis=1) >= min(parameters, runs - 1)])


def _positive(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(values, float)
    bad = ~(np.isfinite(array) & (array > 0))
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise InputError(f"{name}: {array[at]} at position {at}; every value must be a number above zero")
    return array


def _starts(logs: Floats, y: Floats) -> Floats:
    """The best linear solutions for (E, A[, B]) over a grid of exponents, as thetas (at most STARTS, p)."""
    grids = np.meshgrid(*([SPREAD_EXPONENTS] * logs.shape[0]), indexing="ij")
    exponents = np.stack([g.ravel() for g in grids], axis=1)
    centre = logs.mean(axis=1)
    terms = np.exp(-exponents[:, :, None] * (logs - centre[:, None])[None])
    design = np.concatenate([np.ones((terms.shape[0], 1, y.size)), terms], axis=1) / np.exp(y)
    gram = np.einsum("gan,gbn->gab", design, design) + 1e-9 * np.eye(design.shape[1])
    linear = np.linalg.solve(gram, design.sum(axis=2)[:, :, None])[:, :, 0]
    linear = np.maximum(linear, 1e-4 * np.exp(y.min()))
    thetas = np.empty((exponents.shape[0], 1 + 2 * logs.shape[0]))
    thetas[:, 0] = np.log(linear[:, 0])
    for k in range(logs.shape[0]):
        thetas[:, 2 + 2 * k] = exponents[:, k]
        thetas[:, 1 + 2 * k] = np.log(linear[:, 1 + k]) + exponents[:, k] * centre[k]
    ones = np.ones(y.size)
    order = np.argsort([huber(th, logs, y, ones) for th in thetas], kind="stable")
    return thetas[order[:STARTS]]


def _identified(law: LossLaw) -> tuple[str, str]:
    value, low, high = law.interval("irreducible_loss")
    if law.runs < 3:
        return "too_few_runs", f"{counted(law.runs, 'run')}; an interval needs at least 3 to resample"
    if low < LEAST_SHARE * law.smallest_loss or high - low > WIDEST_SHARE * law.smallest_loss:
        ends = ", ".join(_beside(end, law.smallest_loss) for end in (low, high))
        told = f"{_beside(value, law.smallest_loss)} [{ends}]"
        words = f"{told} beside a smallest loss of {law.smallest_loss:.3g}"
        return "irreducible_loss not identified", f"the data leave the irreducible loss open: {words}"
    return "ok", f"irreducible loss {value:.4g} [{low:.4g}, {high:.4g}] from {law.runs} runs"


def _beside(loss: float, smallest: float) -> str:
    """Return a part of a loss in words: what is nothing beside the smallest loss seen is 0."""
    return "0" if loss < NOTHING_BESIDE * smallest else f"{loss:.3g}"


def fit_loss_laws(
    frame: pl.DataFrame,
    by: Sequence[str],
    *,
    forms: Sequence[Form] = ("L(N)", "L(N,D)"),
    replicates: int = 400,
    influence: bool = True,
    rng: np.random.Generator,
) -> tuple[pl.DataFrame, dict[tuple[Any, ...], LossLaw]]:
    """Fit each form to each group of `frame` (columns loss, params, run_id, and tokens, outlier where known).

    Returns the table (`by`, then LAW_SCHEMA: one row for all points and, where any point is flagged or stands
    six robust SDs off, one without them) and the laws themselves by (*group, form, points).
    """
    rows: list[dict[str, Any]] = []
    laws: dict[tuple[Any, ...], LossLaw] = {}
    clean = frame.filter(pl.col("loss") > 0, pl.col("params") > 0)
    for key, part in clean.group_by(*by, maintain_order=True):
        for form in forms:
            if form == "L(N,D)" and "tokens" not in part.columns:
                continue
            data = part.filter(pl.col("tokens") > 0) if form == "L(N,D)" else part
            for law in _both_ways(data, form, replicates, influence, rng):
                laws[(*key, form, law.points)] = law
                rows.append({**dict(zip(by, key, strict=True)), **law.row()})
    schema = {**{c: frame.schema[c] for c in by}, **LAW_SCHEMA}
    return pl.DataFrame(rows, schema=schema), laws


def _both_ways(
    data: pl.DataFrame, form: Form, replicates: int, influence: bool, rng: np.random.Generator
) -> list[LossLaw]:
    loss, params, run = (data[c].to_numpy() for c in ("loss", "params", "run_id"))
    tokens = data["tokens"].to_numpy() if form == "L(N,D)" else None
    options: dict[str, Any] = {"form": form, "replicates": replicates, "influence": influence, "rng": rng}
    first = fit_loss_law(loss, params, tokens, run, **options)
    flagged = np.zeros(loss.size, bool)
    if "outlier" in data.columns:
        flagged |= data["outlier"].fill_null(False).to_numpy()
    if first.fitted and not flagged.any():
        flagged = own_outliers(first, loss, params, tokens)
    if not flagged.any():
        return [first]
    return [first, fit_loss_law(loss, params, tokens, run, outlier=flagged, **options)]
