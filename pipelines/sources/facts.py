"""The tables of facts that ship with the project: names, chance levels, metrics, corpora."""

import polars as pl

from pipelines.sources.fetch import FACTS

TABLES = (
    "tasks",
    "task_aliases",
    "metrics",
    "metric_aliases",
    "corpora",
    "circular",
    "chance_published",
    "pythia_n_items",
    "harness_formats",
    "task_parts",
)
TYPES: dict[str, type[pl.DataType]] = {
    "n_choices": pl.Int64,
    "n_items": pl.Int64,
    "context_length": pl.Int64,
    "chance": pl.Float64,
    "lower_bound": pl.Float64,
    "upper_bound": pl.Float64,
    "bytes_per_token": pl.Float64,
    "higher_is_better": pl.Boolean,
    "held_out": pl.Boolean,
    "mixed_tokenizers": pl.Boolean,
    "version": pl.Int64,
    "weight": pl.Int64,
}


def read_facts(table: str) -> pl.DataFrame:
    """Read one table of facts; columns are text but for those that ``TYPES`` names."""
    path = FACTS / f"{table}.csv"
    header = pl.read_csv(path, n_rows=0).columns
    return pl.read_csv(path, schema={name: TYPES.get(name, pl.String) for name in header})
