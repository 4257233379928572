"""Builds the released DuckDB file: tables with comments, in a storage version that older clients open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb

from pipelines.release.open_release import Questions, lock
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.connect import writing_beside
from pipelines.warehouse.quoting import literal_path, quoted_name, quoted_text, read_parquet

STORAGE_VERSION = "v1.4.0"
AT_ONCE = 2
"""The database is written while the site is drawn out of the same tables."""
WRITING_MEGABYTES = 500
"""What a database needs to be written, however large it becomes: with more, more rows wait in memory."""


def build_database(path: Path, models: list[Model], tables: Mapping[str, Path]) -> None:
    """Write every public relation as a table with its descriptions, then the convenience views and macros."""
    with writing(path) as con:
        fill(con, models, tables)
        con.execute("checkpoint")


@contextmanager
def writing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that writes to the database of a release, new or as it stands."""
    with writing_beside(path.parent.parent, at_once=AT_ONCE, most=WRITING_MEGABYTES) as con:
        # With several threads half of the file is free blocks, left by row groups that were written twice.
        con.execute("set threads = 1")
        con.execute(f"attach {quoted_text(path)} as release (storage_version '{STORAGE_VERSION}')")
        con.execute("use release")
        yield con


@contextmanager
def open_tables(
    folder: Path, models: list[Model], tables: Mapping[str, Path], previous: Path | None = None
) -> Iterator[Questions]:
    """Open the tables of a release as its database shows them, before there is one: out of their files.

    ``previous`` is the database of the release before, seen under that name; what does not fit in memory
    goes to ``folder``.
    """
    with writing_beside(folder, at_once=AT_ONCE) as con:
        fill(con, models, tables, rows="seen")
        if previous:
            con.execute(f"attach {quoted_text(previous)} as previous (read_only)")
        held = [tables[model.name] for model in models]
        con.execute(
            "set allowed_paths = ?", [[name for path in held for name in (str(path), literal_path(path))]]
        )
        lock(con)
        yield Questions(con, partial=True)


def fill(
    con: duckdb.DuckDBPyConnection,
    models: list[Model],
    tables: Mapping[str, Path],
    *,
    rows: Literal["copied", "none", "seen"] = "copied",
) -> None:
    """Make every table, view and macro of a release in a connection.

    The tables' rows are copied, or left out, or seen where they lie, by views in the place of tables.
    """
    for model in models:
        held = read_parquet(con, tables[model.name])
        if rows == "seen":
            held.create_view(model.name)
        else:
            (held if rows == "copied" else held.limit(0)).create(model.name)
        _comment(con, model, "view" if rows == "seen" else "table")
    for view in catalog.views().values():
        con.execute(f"create view {quoted_name(view.name)} as {view.text}")
        _comment(con, view, "view")
    for macro in catalog.macros().values():
        create_macro(con, macro)


def create_macro(con: duckdb.DuckDBPyConnection, macro: Model) -> None:
    """Make a table macro of a file, with its first line as its comment."""
    asked = ", ".join(quoted_name(argument) for argument in catalog.arguments(macro))
    con.execute(f"create macro {quoted_name(macro.name)}({asked}) as table {macro.text}")
    con.execute(f"comment on macro table {quoted_name(macro.name)} is {quoted_text(macro.head.summary)}")


def _comment(con: duckdb.DuckDBPyConnection, model: Model, kind: str) -> None:
    """Say of a table or view, and of each of its columns, what it means: all at once, for speed."""
    grain = f"{model.head.summary} Grain: {', '.join(model.head.grain)}."
    said = [f"comment on {kind} {quoted_name(model.name)} is {quoted_text(grain)};"]
    columns = con.table(model.name).columns
    named = {c: f" (names a row of {other})" for c, other in catalog.references(model.name, columns).items()}
    for column in columns:
        meaning = catalog.describe(model.name, column)
        if meaning:
            target = f"{quoted_name(model.name)}.{quoted_name(column)}"
            text = quoted_text(meaning.text() + named.get(column, ""))
            said.append(f"comment on column {target} is {text};")
    con.execute("\n".join(["begin;", *said, "commit;"]))
