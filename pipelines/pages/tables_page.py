"""Writes ``docs/tables.md``: every public table and column, from the heads of the SQL files."""

import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipelines.release.open_release import Release, open_database
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model

PAGE = catalog.ROOT.parent / "docs" / "tables.md"
HEAD = """# Tables

Every public table of a release, one section each. Made from the heads of `sql/` by `make docs`; the same
words are in the database (comments), the Parquet schema and `datapackage.json`.
"""
VIEWS_HEAD = """# Views

In the database only: queries kept under a name, made from the files of `sql/views/`.
"""
MACROS_HEAD = """# Macros

In the database only: questions with arguments, made from the files of `sql/macros/`.
"""


def tables_page(release: Release) -> str:
    """Return the page for the tables, views and columns of a release."""
    tables = [
        _section(model, pl.read_parquet_schema(release.table(model.name)))
        for model in catalog.public_models()
    ]
    with open_database(release.database) as held:
        views = [
            _section(view, held.con.table(view.name).limit(0).pl().schema)
            for view in catalog.views().values()
        ]
        macros = [
            _section(macro, held.con.sql(_asked(macro)).limit(0).pl().schema)
            for macro in catalog.macros().values()
        ]
    return "\n".join([HEAD, index(), *tables, VIEWS_HEAD, *views, MACROS_HEAD, *macros])


def index() -> str:
    """Return the list of all tables, views and macros, each a link with what a row of it is."""
    held = [*catalog.public_models(), *catalog.views().values(), *catalog.macros().values()]
    rows = [f"| [{model.name}](#{model.name}) | {model.head.summary} |" for model in held]
    return "\n".join(["| table | what a row is |", "|---|---|", *rows, ""])


def _asked(macro: Model) -> str:
    """Return a call of a macro; what it answers does not matter, but its columns."""
    return f"from {macro.name}({', '.join('1' for _ in catalog.arguments(macro))})"


def _section(model: Model, schema: Mapping[str, pl.DataType]) -> str:
    rows = [f"| `{name}` | {_type(dtype)} | {_meaning(model, name)} |" for name, dtype in schema.items()]
    return "\n".join(
        [
            f"## {model.name}",
            "",
            model.head.summary,
            "",
            f"Key: {', '.join(f'`{column}`' for column in model.head.grain)}. Use: {model.head.use}.",
            "",
            "| column | type | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _type(dtype: pl.DataType) -> str:
    kinds = {"String": "text", "Float64": "double", "Int64": "bigint", "Int32": "integer"}
    return kinds.get(str(dtype), str(dtype).lower())


def _meaning(model: Model, column: str) -> str:
    found = catalog.describe(model.name, column)
    return found.text().replace("|", "\\|") if found else ""


if __name__ == "__main__":
    PAGE.write_text(tables_page(Release(Path(sys.argv[1]))))
