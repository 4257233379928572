"""Which rows of the tables a claim is judged on: accuracies, one corpus a source, once a task."""

from dataclasses import dataclass, fields
from functools import cached_property

import polars as pl

ACCURACY = ("acc_norm", "acc", "acc_norm_by_tokens", "len_norm", "exact_match", "accuracy")
"""Metrics that count right answers, the one that stands for a task first."""
CONTINUOUS = ("soft", "soft_log", "answer_bpb", "answer_loss", "task_loss", "brier")
ONE_CORPUS = 0.9
AXIS = ("corpus", "unit", "comparability_group")


@dataclass(frozen=True)
class ClaimTables:
    """What the claims are judged on; a table that is None makes the claims that need it not testable.

    `loss_scores` is the join, `scores` all scores (source, run_id, task, score); thresholds, sufficiency,
    universality, loss_laws, clocks are the tables of those names, `law_points` and `losses` the losses behind
    laws and all others; `largest` comes from `predict_largest`; `chosen` (source, corpus) says on which
    corpus a source is judged: on all, where it names none.
    """

    loss_scores: pl.DataFrame | None = None
    thresholds: pl.DataFrame | None = None
    sufficiency: pl.DataFrame | None = None
    universality: pl.DataFrame | None = None
    loss_laws: pl.DataFrame | None = None
    largest: pl.DataFrame | None = None
    scores: pl.DataFrame | None = None
    clocks: pl.DataFrame | None = None
    losses: pl.DataFrame | None = None
    chosen: pl.DataFrame | None = None

    @cached_property
    def last(self) -> pl.DataFrame | None:
        """Each run's last checkpoint on its source's chosen corpus, accuracies only."""
        if self.loss_scores is None:
            return None
        return last_of_runs(on_chosen(accuracy_rows(self.loss_scores), self))

    @cached_property
    def verdicts(self) -> pl.DataFrame | None:
        """Thresholds of accuracies on each source's chosen corpus, once a task and format."""
        return judged(self.thresholds, self)


def in_order(tables: ClaimTables) -> ClaimTables:
    """The same tables in one order of rows, whatever order they came in: the first of equals is named."""
    return ClaimTables(**{field.name: _sorted(getattr(tables, field.name)) for field in fields(tables)})


def _sorted(table: pl.DataFrame | None) -> pl.DataFrame | None:
    if table is None:
        return None
    plain = [name for name, kind in table.schema.items() if not kind.is_nested()]
    return table.sort(plain, maintain_order=True)


def accuracy_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of accuracy metrics only, and never a loss taken on the task's own text."""
    kept = table.filter(pl.col("metric").is_in(ACCURACY))
    return kept.filter(~pl.col("circular").fill_null(False)) if "circular" in kept.columns else kept


def on_chosen(table: pl.DataFrame, tables: ClaimTables) -> pl.DataFrame:
    """Rows on each source's chosen axis of loss; on its largest where none is chosen."""
    if tables.chosen is None:
        return table
    # A corpus may be there in nats and in bits, or by two tokenizers: one axis of loss, not one name.
    axis = [c for c in tables.chosen.columns if c in table.columns]
    named = table.join(tables.chosen, on=axis, how="semi")
    rest = table.join(tables.chosen, on="source", how="anti")
    return pl.concat([named, _largest_axis(rest)])


def _largest_axis(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of each source on the axis of loss that has most of them: losses of two axes never meet."""
    axis = [c for c in ("source", *AXIS) if c in table.columns]
    counted = (
        table.group_by(axis).agg(rows=pl.len()).sort(["rows", *axis], descending=[True, *[False] * len(axis)])
    )
    most = counted.unique("source", keep="first", maintain_order=True)
    return table.join(most.select(axis), on=axis, how="semi", nulls_equal=True)


def judged(table: pl.DataFrame | None, tables: ClaimTables) -> pl.DataFrame | None:
    """Accuracies on the chosen corpus, once a task and format; None where there is no such table."""
    return None if table is None else once_a_task(on_chosen(accuracy_rows(table), tables))


def once_a_task(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a source, corpus, task and format: most checkpoints, fewest shots, then the usual metric."""
    keys = [c for c in ("source", "corpus", "task", "format") if c in rows.columns]
    order = [c for c in ("n_checkpoints", "n_shot") if c in rows.columns]
    usual = pl.col("metric").replace_strict({m: k for k, m in enumerate(ACCURACY)}, default=len(ACCURACY))
    by = [*keys, *order, "usual"]
    ranked = rows.with_columns(usual=usual).sort(
        by, descending=[c == "n_checkpoints" for c in by], nulls_last=True
    )
    return ranked.unique(keys, keep="first", maintain_order=True).drop("usual")


def unnested(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row an entry of a column of lists of structs, whose fields are columns then."""
    return table.filter(pl.col(column).list.len() > 0).explode(column).unnest(column)


def last_of_runs(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows at the last tokens of their run; where those are unknown, at its lowest loss."""
    best = pl.col("loss") == pl.col("loss").min().over("run_id")
    latest = pl.col("tokens") == pl.col("tokens").max().over("run_id")
    return rows.filter(latest.fill_null(False) | (best & pl.col("tokens").is_null().all().over("run_id")))


def by_source(table: pl.DataFrame | None) -> list[tuple[str, pl.DataFrame]]:
    """Parts of a table by source, in order of name; none of no table."""
    parts = table.partition_by("source", as_dict=True) if table is not None and table.height else {}
    return sorted((str(key[0]), part) for key, part in parts.items())


def recipes(tables: ClaimTables, source: str) -> tuple[int, float]:
    """Number of training corpora of a source's runs, and the share of runs on the one most used."""
    if tables.loss_scores is None or "training_corpus" not in tables.loss_scores.columns:
        return 0, 0.0
    runs = tables.loss_scores.filter(pl.col("source") == source).unique("run_id")
    known = runs.drop_nulls("training_corpus")["training_corpus"].value_counts()
    return known.height, float(known["count"].max() or 0) / max(runs.height, 1)  # type: ignore[arg-type]
