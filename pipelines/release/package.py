"""The papers of a release: data package, dataset card and citation, generated from heads and sources."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import __version__
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model

REPOSITORY_TITLE = "Emergence warehouse"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
# Python's frictionless reads Parquet by pandas, where a null of a column of numbers is this.
MISSING = ["nan"]
# As a table, its rows would be read one by one by Python, in milliseconds each: hours for a release. As a
# file, `frictionless validate` holds it against its size and digest, and `emergence verify` its rows.
KIND = "file"


def data_package(
    name: str, models: list[Model], tables: Mapping[str, Path], files: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return ``datapackage.json`` (Data Package 2.0): a resource a table, a field a column."""
    sources = _sources(tables)
    package = {
        "$schema": PROFILE,
        "name": "emergence-warehouse",
        "title": REPOSITORY_TITLE,
        "version": name,
        "description": _DESCRIPTION,
        "licenses": [{"name": "Apache-2.0", "title": "code and derived fits; each source keeps its own"}],
        "sources": [
            {
                "title": f"{row['source']}: {row['citation']}",
                "path": row["address"],
                "licence": row["licence"],
            }
            for row in sources
        ],
        "resources": [_resource(model, tables, files) for model in models],
    }
    return json.dumps(package, indent=1, ensure_ascii=False)


def _resource(
    model: Model, tables: Mapping[str, Path], files: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    path = f"tables/{model.name}.parquet"
    schema = pq.read_schema(tables[model.name])
    return {
        "name": model.name,
        "type": KIND,
        "path": path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": files[path]["bytes"],
        "hash": f"sha256:{files[path]['sha256']}",
        "description": model.head.summary,
        "schema": {
            "fields": [_field(model.name, column) for column in schema],
            "missingValues": MISSING,
            "primaryKey": list(model.head.grain),
            "foreignKeys": _foreign_keys(model, schema.names, tables),
        },
    }


def _foreign_keys(model: Model, columns: Iterable[str], tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    """The columns that name rows of other tables, where a copy to share still holds those rows."""
    return [
        {"fields": [column], "reference": {"resource": other, "fields": [column]}}
        for column, other in catalog.references(model.name, columns).items()
        if other in tables and _is_held(column, tables[model.name], tables[other])
    ]


def _is_held(column: str, table: Path, other: Path) -> bool:
    named = pl.scan_parquet(table, glob=False).select(pl.col(column).drop_nulls().unique())
    return named.join(pl.scan_parquet(other, glob=False), on=column, how="anti").collect().is_empty()


def field_type(kind: pa.DataType) -> str:
    """Return the word of Table Schema for a type of Parquet."""
    for is_such, word in _WORDS:
        if is_such(kind):
            return word
    raise TypeError(f"no word of Table Schema is known for {kind}")


_WORDS: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "integer"),
    (lambda kind: pa.types.is_floating(kind) or pa.types.is_decimal(kind), "number"),
    (lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind), "string"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"),
    (lambda kind: pa.types.is_list(kind) or pa.types.is_large_list(kind), "array"),
    (pa.types.is_struct, "object"),
)


def _field(table: str, column: pa.Field) -> dict[str, str]:
    field = {"name": column.name, "type": field_type(column.type)}
    meaning = catalog.describe(table, column.name)
    if meaning:
        field["description"] = meaning.description
        if meaning.unit:
            field["unit"] = meaning.unit
    return field


def dataset_card(name: str, models: list[Model], tables: Mapping[str, Path]) -> str:
    """Return the README of a release: what it is, its tables, its sources with licence and citation."""
    lines = [
        "---",
        f"pretty_name: {REPOSITORY_TITLE}",
        f"version: {name}",
        "license: apache-2.0",
        "tags: [scaling-laws, evaluation, emergence]",
        "---",
        f"# {REPOSITORY_TITLE}, release {name}",
        "",
        _DESCRIPTION,
        "",
        "Open `emergence.duckdb` read-only with DuckDB 1.4 or newer, or read `tables/*.parquet`. Every table",
        "and column is described in the database (comments), the Parquet schema and `datapackage.json`.",
        "",
        "| table | one row is |",
        "|---|---|",
        *(f"| `{model.name}` | {_one_row(model)} |" for model in models),
        "",
        "| source | licence | may be shared | cite |",
        "|---|---|---|---|",
        *(_source_line(row) for row in _sources(tables)),
        "",
        f"Made by emergence-warehouse {__version__}.",
        "",
    ]
    return "\n".join(lines)


def _one_row(model: Model) -> str:
    return model.head.summary.removeprefix("One row ").rstrip(".")


def _source_line(row: Mapping[str, Any]) -> str:
    shared = "yes" if row["redistribute"] else "no"
    return f"| `{row['source']}` | {row['licence']} | {shared} | {row['citation']} |"


def _sources(tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    return list(pl.read_parquet(tables["sources"], glob=False).iter_rows(named=True))


_DESCRIPTION = (
    "Published pre-training losses joined with benchmark scores of the same checkpoints, and for every task, "
    "format, metric and loss corpus a fitted threshold of loss with interval, verdict and reason."
)
