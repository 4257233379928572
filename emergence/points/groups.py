"""One task's points as arrays by ascending loss: what the functions that follow a fit share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from emergence.errors import InputError
from emergence.numerics.arrays import Floats, Ints
from emergence.numerics.labels import renumber

LARGEST_LOSS = 1.5  # losses above this multiple of the median belong to the first steps of training
FACTORS = ("params", "family", "training_corpus")
NEEDED = ("run_id", "loss", "score", "params")


@dataclass(frozen=True)
class TaskPoints:
    """One task's points by ascending loss; labels renumbered, score turned so that up is better."""

    x: Floats
    y: Floats
    w: Floats
    run: Ints
    names: list[str]
    labels: dict[str, tuple[Ints, list[str]]]
    log_params: Floats
    log_tokens: Floats
    log_compute: Floats
    error: Floats
    items: Floats
    unit: str
    covariates: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def runs(self) -> int:
        """How many runs there are."""
        return int(self.run.max()) + 1

    @cached_property
    def params_max(self) -> float:
        """Params of the largest model, to the last digit; NaN where no size is known."""
        if not np.isfinite(self.log_params).any():
            return np.nan
        label, names = self.labels["params"]
        return float(names[label[int(np.nanargmax(self.log_params))]])

    def only(self, kept: NDArray[np.bool_]) -> "TaskPoints":
        """The kept points (n,) alone; whole runs are meant to be kept or left, so that weights stay true."""
        run, left = renumber(self.run[kept])
        labels = {factor: (label[kept], names) for factor, (label, names) in self.labels.items()}
        numbers = {
            n: getattr(self, n)[kept]
            for n in ("x", "y", "w", "log_params", "log_tokens", "log_compute", "error", "items")
        }
        names = [self.names[r] for r in left]
        own = {name: values[kept] for name, values in self.covariates.items()}
        return TaskPoints(run=run, names=names, labels=labels, unit=self.unit, covariates=own, **numbers)


def sorted_columns(
    frame: pl.DataFrame, by: Sequence[str], covariates: Sequence[str] = ()
) -> tuple[dict[str, Any], Ints, pl.DataFrame]:
    """Columns of `frame` as arrays sorted by group and loss, the groups' edges, one row of keys a group.

    `_row` tells where in `frame` each came from; `covariates` names further numeric columns that are wanted.

    Losses above LARGEST_LOSS times the group's median are dropped. InputError for a missing column.
    """
    missing = [c for c in (*by, *NEEDED, *covariates) if c not in frame.columns]
    if missing:
        raise InputError(f"frame: no column {', '.join(missing)}; it has {', '.join(frame.columns)}")
    has = frame.columns
    labels = {
        "run_id": "run_id",
        "params_label": "params",
        "family": "family",
        "training_corpus": "training_corpus",
    }
    names = {
        k: frame[c].unique().cast(pl.String).fill_null("unknown").unique().sort()
        for k, c in labels.items()
        if c in has
    }
    numbers = ("loss", "score", "params", "tokens", "compute_flop", "loss_low", "loss_high", "n_items")
    firsts, place = stretches(frame, by)
    keys = firsts.unique().sort(by).with_row_index("_group")
    groups = firsts.join(keys, on=list(by), how="left", nulls_equal=True, maintain_order="left")["_group"]
    usable = (
        frame.with_columns(_group=groups.gather(place), _row=pl.int_range(frame.height))
        .select(
            "_group",
            "_row",
            *[
                (pl.col(c) if c in has else pl.lit(None)).cast(pl.Float64).fill_null(np.nan).alias(c)
                for c in numbers
            ],
            *[pl.col(c).cast(pl.Float64).fill_null(np.nan).alias(f"covariate_{c}") for c in covariates],
            *[_codes(frame, labels[k], names.get(k)).alias(k) for k in labels],
            sign=pl.when(pl.col("higher_is_better").fill_null(True)).then(1.0).otherwise(-1.0)
            if "higher_is_better" in has
            else pl.lit(1.0),
        )
        .filter(pl.col("loss").is_finite() & pl.col("score").is_finite() & (pl.col("loss") > 0))
        .filter(pl.col("loss") <= LARGEST_LOSS * pl.col("loss").median().over("_group"))
        .sort("_group", "loss", "run_id")
    )
    table: dict[str, Any] = {c: usable[c].to_numpy() for c in usable.columns}
    table["_covariates"] = tuple(covariates)
    table |= {f"{k}_names": names[k].to_list() if k in names else ["unknown"] for k in labels}
    counts = np.bincount(table["_group"], minlength=keys.height)
    edges = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return table, edges, keys.drop("_group")


def stretches(frame: pl.DataFrame, by: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
    """The keys of each stretch of rows that follow each other with the same keys, and each row's stretch.

    Rows of a group mostly come one after the other: what the keys' texts decide is then decided once.
    """
    begins = [pl.col(c).ne_missing(pl.col(c).shift()) for c in by]
    is_first = frame.select(pl.any_horizontal(pl.int_range(pl.len()) == 0, *begins)).to_series()
    return frame.filter(is_first).select(by), is_first.cum_sum() - 1


def _codes(frame: pl.DataFrame, column: str, names: pl.Series | None) -> pl.Series:
    """A column as text, as its place among `names`; zero throughout where the frame has no such column."""
    if names is None:
        return pl.zeros(frame.height, dtype=pl.Int64, eager=True)
    firsts, place = stretches(frame, [column])
    text = firsts[column].cast(pl.String).fill_null("unknown")
    codes = text.replace_strict(names, pl.int_range(names.len(), eager=True), return_dtype=pl.Int64)
    return codes.gather(place)


def points_of(table: dict[str, Any], part: slice) -> TaskPoints:
    """The points of one group; scores in points where all are fractions, turned so that up is better."""
    # Copied, since a column of a frame may only be read, and kernels would be compiled anew for such.
    run, codes = renumber(table["run_id"][part].copy())
    counts = np.bincount(run)
    score = table["score"][part]
    labels = {}
    for factor, name in zip(FACTORS, ("params_label", "family", "training_corpus"), strict=True):
        label, values = renumber(table[name][part].copy())
        labels[factor] = (label, [table[f"{name}_names"][v] for v in values])
    fraction = bool(score.min() >= 0.0 and score.max() <= 1.0)
    error = (table["loss_high"][part] - table["loss_low"][part]) / (2 * 1.959964)
    return TaskPoints(
        x=table["loss"][part].copy(),
        y=score * table["sign"][part] * (100.0 if fraction else 1.0),
        w=1.0 / counts[run],
        run=run,
        names=[table["run_id_names"][code] for code in codes],
        labels=labels,
        log_params=_log10(table["params"][part]),
        log_tokens=_log10(table["tokens"][part]),
        log_compute=_log_compute(table, part),
        error=error,
        items=table["n_items"][part],
        unit="points" if fraction else "metric",
        covariates={name: table[f"covariate_{name}"][part] for name in table["_covariates"]},
    )


def _log_compute(table: dict[str, Any], part: slice) -> Floats:
    """Compute as it is known, else six floating-point operations a parameter and token."""
    known = table["compute_flop"][part]
    made = 6.0 * table["params"][part] * table["tokens"][part]
    return _log10(np.where(np.isfinite(known), known, made))


def _log10(values: Floats) -> Floats:
    """Logs to base ten; not known where there is none, as of no tokens."""
    return np.log10(np.where(values > 0, values, np.nan))
