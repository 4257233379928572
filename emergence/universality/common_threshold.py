"""Do tasks share one threshold of loss, once their joint error and their common event are allowed for?"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from emergence.errors import InputError
from emergence.numerics.arrays import CONFIDENCE, SEED, Floats
from emergence.numerics.p_values import tell_p

PUBLISHED_ETA = 2.2  # nats per token of the authors' own corpus and tokenizer: Du et al., arXiv 2403.15796
MARGIN = 0.05  # nats: thresholds that differ by no more than this SD are called one
FEWEST_RUNS = 3
HALVINGS = 40
OUTLYING = 5.0  # replicates further from the median than this many robust SDs are drawn in to it
UNIVERSALITY_SCHEMA: dict[str, Any] = {
    "n_tasks": pl.Int64,
    "n_events": pl.Int64,
    "n_runs": pl.Int64,
    "eta_common": pl.Float64,
    "eta_common_low": pl.Float64,
    "eta_common_high": pl.Float64,
    "tau": pl.Float64,
    "tau_low": pl.Float64,
    "tau_high": pl.Float64,
    "i2": pl.Float64,
    "wald": pl.Float64,
    "p_equal": pl.Float64,
    "eta_min": pl.Float64,
    "eta_max": pl.Float64,
    "verdict": pl.String,
    "against_published": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class Universality:
    """A common threshold of several tasks, its interval among tasks, and how far the tasks differ (τ, I²)."""

    n_tasks: int
    n_events: int | None
    n_runs: int | None
    eta_common: float | None
    eta_common_low: float | None
    eta_common_high: float | None
    tau: float | None
    tau_low: float | None
    tau_high: float | None
    i2: float | None
    wald: float | None
    p_equal: float | None
    eta_min: float | None
    eta_max: float | None
    verdict: str
    against_published: str
    reason: str

    def row(self) -> dict[str, Any]:
        """One row of `universality` (no key columns)."""
        return asdict(self)


def common_threshold(
    eta: ArrayLike,
    replicates: ArrayLike,
    *,
    runs: int | None = None,
    is_stretched: bool = False,
    is_drawn_apart: bool = False,
    brackets: ArrayLike | None = None,
    unit: str = "nats_per_token",
    confidence: float = CONFIDENCE,
    margin: float = MARGIN,
    seed: int = SEED,
) -> Universality:
    """Common η of tasks (T,) from replicates (B, T) that share their draws of runs.

    Equality by Cochran's Q about the precision-weighted mean, its null from the replicates themselves, so
    that error which tasks share counts but once, whatever the number of tasks; τ by where Q under that null
    and SD τ among tasks has Q in its middle and at its limits; I² after Higgins and Thompson (2002). `runs`:
    how many are behind the replicates (few make them scatter like t, unless `is_stretched` says that they are
    as wide as the interval of each η already); below three the numbers speak of these runs alone.
    `is_drawn_apart`: each task was drawn by itself, though the tasks share runs; what their errors have in
    common is then unknown, and their mean counts as known no better than they are on average.
    `brackets` (T, 2): losses (after, before) between which a task leaves its floor; tasks that can share one
    loss are one event. The interval of the common η is for the mean of tasks like these, τ included.
    InputError: wrong shapes.
    """
    values, draws = np.asarray(eta, float), np.asarray(replicates, float)
    if draws.ndim != 2 or draws.shape[1] != values.size:
        raise InputError(f"replicates: shape {draws.shape}, expected (B, {values.size}), a column a task")
    events = None if brackets is None else event_labels(brackets)
    n_events = None if events is None else int(events.max(initial=-1)) + 1
    against = against_published(unit)
    if values.size < 2:
        return _nothing(
            values, n_events, runs, against, f"not testable here: {values.size} task with a threshold"
        )
    units = runs if runs is not None and runs >= FEWEST_RUNS else None
    null = JointNull.of(values, draws, None if is_stretched else units, seed)
    q, p = null.statistic(values), null.p_value(values)
    tau, tau_low, tau_high = null.heterogeneity(values, confidence)
    weight = 1.0 / (null.sd**2 + tau**2)
    weight /= weight.sum()
    centre = float(weight @ values)
    upper = (1 + confidence) / 2
    apart = stdtrit(values.size - 1, upper)
    if is_drawn_apart:
        half = np.hypot(ndtri(upper) * float(weight @ null.sd), apart * tau * float(np.linalg.norm(weight)))
    else:
        means = null.errors @ weight
        spread = float(means @ means) / means.size + tau**2 * float(weight @ weight)
        half = apart * np.sqrt(spread)
    verdict, reason = _judge(values, n_events, p, (tau, tau_low, tau_high), margin)
    if runs is not None and units is None:
        reason += f"; from {runs} run{'s' if runs > 1 else ''}, and of no more than that"
    return Universality(
        n_tasks=values.size,
        n_events=n_events,
        n_runs=runs,
        eta_common=centre,
        eta_common_low=float(centre - half),
        eta_common_high=float(centre + half),
        tau=tau,
        tau_low=tau_low,
        tau_high=tau_high,
        i2=max(0.0, 1.0 - null.expected / q) if q > 0 else 0.0,
        wald=q,
        p_equal=p,
        eta_min=float(values.min()),
        eta_max=float(values.max()),
        verdict=verdict,
        against_published=against,
        reason=reason,
    )


@dataclass(frozen=True)
class JointNull:
    """Errors (B, T) that tasks make together, about nothing, with each task's SD (T,) and noise (B, T) for τ.

    `weight` (T,) is each task's precision, its mean one.
    """

    errors: Floats
    sd: Floats
    noise: Floats

    @classmethod
    def of(cls, values: Floats, draws: Floats, runs: int | None, seed: int) -> "JointNull":
        """From replicates (B, T) about the estimates, outliers drawn in, stretched where runs are few."""
        rng = np.random.default_rng(seed)
        middle = np.median(draws, axis=0)
        scale = np.maximum(0.7413 * np.subtract(*np.quantile(draws, [0.75, 0.25], axis=0)), 1e-6)
        errors = np.clip(draws, middle - OUTLYING * scale, middle + OUTLYING * scale) - middle
        if runs is not None:
            # Of R runs a replicate scatters too little by (R − 1)/R, and its scale is itself uncertain.
            fewer = np.sqrt(runs / rng.chisquare(runs - 1, size=(draws.shape[0], 1)))
            errors = errors * fewer
        sd = np.maximum(errors.std(axis=0), 1e-6)
        return cls(errors, sd, rng.standard_normal(draws.shape))

    def statistic(self, values: Floats) -> float:
        """Cochran's Q of values (T,)."""
        return float(_cochran(values[None, :], self.sd)[0])

    @property
    def expected(self) -> float:
        """Mean of Q where all tasks are equal."""
        return float(_cochran(self.errors, self.sd).mean())

    def p_value(self, values: Floats) -> float:
        """How often tasks that are equal differ as much."""
        return float(
            (1 + np.count_nonzero(_cochran(self.errors, self.sd) >= self.statistic(values)))
            / (1 + self.errors.shape[0])
        )

    def heterogeneity(self, values: Floats, confidence: float) -> tuple[float, float, float]:
        """τ at which Q has the seen one in its middle, and its limits where Q has it at the quantiles.

        Tasks that lie closer than their errors allow tell of errors put too large, which would hide as large
        a τ: for the upper limit they count as no larger than the tasks lie apart.
        """
        q, tail = self.statistic(values), (1 - confidence) / 2
        shrunk = min(1.0, float(np.sqrt(q / max(self.expected, 1e-12))))
        return self._solve(q, 0.5), self._solve(q, 1 - tail), self._solve(q, tail, shrunk)

    def _solve(self, q: float, share: float, shrunk: float = 1.0) -> float:
        """The SD among tasks at which Q lies below `q` with probability `share`, errors `shrunk`; 0 where it
        always does less.
        """
        errors = shrunk * self.errors

        def below(tau: float) -> float:
            return float(np.mean(_cochran(errors + tau * self.noise, self.sd) < q))

        if below(0.0) <= share:
            return 0.0
        high = float(self.sd.max())
        while below(high) > share:
            high *= 2
        low = 0.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) > share else (low, middle)
        return high


def _cochran(values: Floats, sd: Floats) -> Floats:
    """Cochran's Q (B,) of rows of values (B, T) with standard errors (T,)."""
    weight = 1.0 / sd**2
    mean = values @ weight / weight.sum()
    return np.asarray(((values - mean[:, None]) ** 2) @ weight)


def event_labels(brackets: ArrayLike) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Event (T,) of each task: the fewest losses that stab every bracket (T, 2); nearest to low loss first.

    Tasks whose brackets can hold one and the same loss left chance, for all one can see, together.
    """
    pairs = np.sort(np.asarray(brackets, float), axis=1)
    label = np.full(pairs.shape[0], -1, np.int64)
    event, stab = -1, -np.inf
    for task in np.lexsort((pairs[:, 0], pairs[:, 1])):
        if pairs[task, 0] > stab:
            event, stab = event + 1, pairs[task, 1]
        label[task] = event
    return label


def _judge(
    values: Floats, events: int | None, p: float, taus: tuple[float, float, float], margin: float
) -> tuple[str, str]:
    tau, low, high = taus
    words = (
        f"η from {values.min():.3f} to {values.max():.3f}, SD among tasks {tau:.3f} [{low:.3f}, {high:.3f}]"
    )
    seen = "" if events is None else f" in {events} events"
    chance = tell_p(p)
    if p < 1 - CONFIDENCE and low > margin:
        return "not_universal", f"tasks differ{seen} ({chance}); {words}"
    if high <= margin and events == 1:
        return (
            "one_event",
            f"all {values.size} tasks can have left their floor at one loss: one event; {words}",
        )
    if high <= margin:
        return "universal", f"tasks agree within an SD of {margin:.2f}{seen}; {words}"
    if p < 1 - CONFIDENCE:
        return (
            "differ_little",
            f"tasks differ ({chance}), not shown to be by more than {margin:.2f}; {words}",
        )
    return "undetermined", f"no difference shown ({chance}), nor shown to be within {margin:.2f}; {words}"


def _nothing(values: Floats, events: int | None, runs: int | None, against: str, reason: str) -> Universality:
    only = float(values[0]) if values.size else None
    empty = dict.fromkeys(n for n in UNIVERSALITY_SCHEMA if UNIVERSALITY_SCHEMA[n] == pl.Float64)
    numbers: dict[str, Any] = {**empty, "eta_min": only, "eta_max": only}
    return Universality(
        n_tasks=values.size,
        n_events=events,
        n_runs=runs,
        **numbers,
        verdict="too_few_tasks",
        against_published=against,
        reason=reason,
    )


def against_published(unit: str, bytes_per_token: float | None = None) -> str:
    """Whether the published η ≈ 2.2 may be held against losses of `unit`, and as what number if so.

    The published value is nats per token of an unpublished corpus and tokenizer; its bytes per token are not
    stated, so it becomes bits per byte only with a `bytes_per_token` that the caller vouches for.
    """
    if bytes_per_token is not None and unit in ("bits_per_byte", "bits_per_char"):
        return (
            f"{PUBLISHED_ETA / np.log(2) / bytes_per_token:.3f} {unit} at {bytes_per_token:g} bytes per token"
        )
    if unit == "nats_per_token":
        return "not comparable: nats per token of another corpus and tokenizer"
    return "not comparable: published in nats per token, its bytes per token are not stated"
