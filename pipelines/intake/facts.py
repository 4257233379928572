"""The tables of facts that ship with the project, overlaid by a user's own file.

``<home>/overrides/tasks.csv`` corrects tasks and names: a row that fills ``source`` and ``task_as_published``
is an alias of ``task``; any other row replaces the cells it fills in that task, or adds the task.
``<home>/overrides/claims/*.toml`` adds claims of the user's own (``claim_files``).
"""

import hashlib
import os
from pathlib import Path

import polars as pl

from emergence.errors import InputError
from pipelines.intake.claim_files import claim_files, claims_digest, with_own_claims
from pipelines.intake.fetch import FACTS

TABLES = (
    "tasks",
    "task_aliases",
    "metrics",
    "metric_aliases",
    "units",
    "vocabulary",
    "corpora",
    "corpus_aliases",
    "tokenizers",
    "chance_publishers",
    "bytes_per_token",
    "circular",
    "chance_published",
    "model_aliases",
    "joint_sources",
    "pythia_n_items",
    "harness_formats",
    "task_parts",
    "claims",
    "published_correlations",
    "deepseek_settings",
)
TYPES: dict[str, type[pl.DataType]] = {
    "n_choices": pl.Int64,
    "n_items": pl.Int64,
    "context_length": pl.Int64,
    "chance": pl.Float64,
    "chance_when_generated": pl.Float64,
    "lower_bound": pl.Float64,
    "above": pl.Float64,
    "upper_bound": pl.Float64,
    "bytes_per_token": pl.Float64,
    "higher_is_better": pl.Boolean,
    "held_out": pl.Boolean,
    "mixed_tokenizers": pl.Boolean,
    "version": pl.Int64,
    "weight": pl.Int64,
    "rank": pl.Int64,
    "departs": pl.Boolean,
    "published_spearman": pl.Float64,
    "published_pearson": pl.Float64,
    "threshold_loss": pl.Float64,
}
TASKS_FILE = "tasks.csv"
ALIAS_COLUMNS = ("source", "task_as_published", "format")


def read_facts(table: str, overrides: Path | None = None) -> pl.DataFrame:
    """Read one table of facts; columns are text but for those that ``TYPES`` names.

    ``overrides`` is a folder that may hold the user's ``tasks.csv``. Raises InputError when that file has an
    unknown column, a cell of the wrong type, a chance outside [0, 1), or a row without a task.
    """
    facts = _read_csv(FACTS / f"{table}.csv")
    if table == "claims":
        return with_own_claims(facts, overrides)
    file = overrides / TASKS_FILE if overrides else None
    if table not in ("tasks", "task_aliases") or file is None or not os.path.lexists(file):
        return facts
    own = _read_overrides(file)
    is_alias = pl.col("task_as_published").is_not_null()
    if table == "task_aliases":
        aliases = own.filter(is_alias).select(facts.columns)
        return _overlay(facts, aliases, ["source", "task_as_published"])
    corrected = own.filter(~is_alias).select(
        [name if name in own.columns else pl.lit(None).alias(name) for name in facts.columns]
    )
    is_new = pl.col("chance").is_not_null()
    return _overlay(
        facts,
        corrected.with_columns(
            chance_kind=pl.when(is_new).then(pl.coalesce("chance_kind", pl.lit("override"))),
            chance_source=pl.when(is_new).then(pl.coalesce("chance_source", pl.lit("overrides/tasks.csv"))),
            chance_reason=pl.when(is_new).then(pl.coalesce("chance_reason", pl.lit("set by the user"))),
        ),
        ["task"],
    )


def overrides_digest(overrides: Path) -> str:
    """Digest of the user's own files; of nothing where there are none."""
    file = overrides / TASKS_FILE
    # One that is there and cannot be read is told by whoever reads it; here it only counts as another.
    try:
        content = file.read_bytes() if file.is_file() else str(os.path.lexists(file)).encode()
    except OSError as error:
        content = str(error).encode()
    tasks = hashlib.sha256(content).hexdigest()
    return f"{tasks} {claims_digest(overrides)}" if claim_files(overrides) else tasks


def _read_csv(path: Path) -> pl.DataFrame:
    header = pl.read_csv(path, n_rows=0, glob=False).columns
    return pl.read_csv(path, glob=False, schema={name: TYPES.get(name, pl.String) for name in header})


def _read_overrides(file: Path) -> pl.DataFrame:
    """Return the user's rows with every column of an alias there, empty where the file leaves it out."""
    known = [*pl.read_csv(FACTS / "tasks.csv", n_rows=0, glob=False).columns, *ALIAS_COLUMNS]
    if not file.is_file():
        raise InputError(f"{file} is no file: put a table there, or take it away")
    try:
        own = _read_csv(file)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except (pl.exceptions.PolarsError, UnicodeError) as error:
        raise InputError(f"{file}: {error}; every cell must have its column's type") from error
    unknown = sorted(set(own.columns) - set(known))
    if unknown or "task" not in own.columns:
        raise InputError(f"{file}: columns {', '.join(own.columns)}; needed: task; known: {', '.join(known)}")
    absent = [name for name in (*ALIAS_COLUMNS, "chance") if name not in own.columns]
    own = own.with_columns([pl.lit(None, dtype=TYPES.get(name, pl.String)).alias(name) for name in absent])
    own = own.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    bad = own.filter(
        pl.col("task").is_null()
        | ~pl.col("chance").is_between(0, 1, closed="left")
        | (pl.col("task_as_published").is_not_null() != pl.col("source").is_not_null())
    )
    if bad.height:
        raise InputError(
            f"{file}: row {bad.row(0)} needs a task, a chance in [0, 1) or none, and source and "
            "task_as_published both or neither"
        )
    return own


def _overlay(facts: pl.DataFrame, own: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return the facts with the cells that ``own`` fills in their place, and its new rows, sorted by key."""
    own = own.cast(dict(facts.schema)).unique(key, keep="last")  # type: ignore[arg-type]
    cells = [name for name in facts.columns if name not in key]
    joined = facts.join(own, on=key, how="full", coalesce=True, suffix="_own")
    replaced = [pl.coalesce(f"{name}_own", name).alias(name) for name in cells]
    return joined.select([*key, *replaced]).select(facts.columns).sort(key)
