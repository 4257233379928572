"""What every source reports beside its tables, and under which names the store holds that."""

from collections.abc import Mapping

import polars as pl

Schema = Mapping[str, type[pl.DataType] | pl.DataType]

REJECT_SCHEMA: Schema = {
    "source": pl.String,
    "file": pl.String,
    "place": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "message": pl.String,
}

REPORTS: dict[str, Schema] = {
    "sources": {
        "source": pl.String,
        "title": pl.String,
        "address": pl.String,
        "version": pl.String,
        "licence": pl.String,
        "redistribute": pl.Boolean,
        "citation": pl.String,
        "retrieved_at": pl.String,
        "status": pl.String,
        "message": pl.String,
    },
    "files": {
        "source": pl.String,
        "version": pl.String,
        "file": pl.String,
        "bytes": pl.Int64,
        "sha256": pl.String,
        "skipped": pl.String,
    },
    "rejects": REJECT_SCHEMA,
    "dirt": {"source": pl.String, "rule": pl.String, "share": pl.Float64},
    "claims": {
        "source": pl.String,
        "publisher": pl.String,
        "task_as_published": pl.String,
        "n_choices": pl.Int64,
        "chance": pl.Float64,
        "n_items": pl.Int64,
        "note": pl.String,
    },
}


def report_relation(source: str, report: str) -> str:
    """Name of the relation that holds one report of one source."""
    return f"intake_{source}_{report}"
