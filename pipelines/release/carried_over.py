"""Makes the database of a release out of the one before: a copy, in which the rows that changed are replaced.

Tables are in order, so what one run adds leaves most rows before it where they are, and to pack those once
more takes longer than the rest of a release. Every query is answered as by a database that is written anew.
"""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.release.database import writing
from pipelines.release.open_release import Release
from pipelines.warehouse.catalog import Model, catalog_digest
from pipelines.warehouse.disk import copy
from pipelines.warehouse.kept import all_code
from pipelines.warehouse.quoting import quoted_name, read_parquet
from pipelines.warehouse.row_groups import row_groups
from pipelines.warehouse.store import file_digest

ROW_GROUP = 122_880
"""Rows that DuckDB keeps and drops together."""
MOST_FREE = 0.25
"""Share of a file that may be of no use: with more of it, the file is written anew."""


def carry_over(previous: Release, path: Path, models: list[Model], tables: Mapping[str, Path]) -> bool:
    """Write the database of some tables out of the one of the release before; return whether that could be.

    It can where the same code made that release of the same columns, and left no bytes that are others now.
    """
    if not _is_alike(previous, models, tables):
        return False
    alike = {m.name: rows_alike(previous.table(m.name), tables[m.name]) for m in models}
    copy(previous.database, path)
    with writing(path) as con:
        replace_rows(con, {name: rows for name, rows in alike.items() if rows is not None}, tables)
        is_good = _free(con) <= MOST_FREE and all(_is_numbered(con, model.name) for model in models)
    if not is_good:
        path.unlink()
    return is_good


def replace_rows(
    con: duckdb.DuckDBPyConnection, alike: Mapping[str, int], tables: Mapping[str, Path]
) -> None:
    """Write tables of a database anew from about where their files differ, by how many rows are alike.

    Of a group of rows that goes in part DuckDB would keep the places: whole ones go.
    """
    first = {name: rows - rows % ROW_GROUP for name, rows in alike.items()}
    for name, rows in first.items():
        con.execute(f"delete from {quoted_name(name)} where rowid >= ?", [rows])
    con.execute("checkpoint")  # only then may others be written in their place
    for name, rows in first.items():
        _rows_from(con, tables[name], rows).insert_into(name)
    con.execute("checkpoint")


def _is_alike(release: Release, models: list[Model], tables: Mapping[str, Path]) -> bool:
    manifest = release.manifest()
    same_code = manifest.get("code") == all_code() and manifest["catalog"] == catalog_digest()
    if not same_code or set(manifest["tables"]) != {model.name for model in models}:
        return False
    held = [release.database, *(release.table(model.name) for model in models)]
    if not all(_is_as_written(path, release, manifest) for path in held):
        return False
    pairs = [(release.table(model.name), tables[model.name]) for model in models]
    return all(pq.read_schema(old).equals(pq.read_schema(new)) for old, new in pairs)


def _is_as_written(path: Path, release: Release, manifest: dict[str, Any]) -> bool:
    entry = manifest["files"].get(path.relative_to(release.folder).as_posix(), {})
    return path.is_file() and file_digest(path) == entry.get("sha256")


def rows_alike(old: Path, new: Path) -> int | None:
    """Return how many rows two files of the same columns share, from the first on; None where it is all.

    They are told by the bytes of whole groups of rows.
    """
    alike = rows = 0
    for one, other in zip_longest(row_groups(old), row_groups(new)):
        rows += other[0] if other else 0
        if one != other:
            return alike
        alike = rows
    return None


def _rows_from(con: duckdb.DuckDBPyConnection, path: Path, first: int) -> duckdb.DuckDBPyRelation:
    """Return the rows of a Parquet file from one on."""
    numbered = read_parquet(con, path, file_row_number=True)
    number = duckdb.ColumnExpression("file_row_number")
    later = numbered.filter(number >= duckdb.ConstantExpression(first))
    return later.select(duckdb.StarExpression(exclude=["file_row_number"]))


def _is_numbered(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the rows of a table are numbered by their places, as those of one that is written at once."""
    ((rows, past),) = con.table(name).aggregate("count(*), coalesce(max(rowid) + 1, 0)").fetchall()
    return bool(rows == past)


def _free(con: duckdb.DuckDBPyConnection) -> float:
    """Return the share of a database's blocks that hold nothing."""
    sizes = con.table_function("pragma_database_size").filter("database_name = current_database()")
    ((total, free),) = sizes.select("total_blocks", "free_blocks").fetchall()
    share: float = free / max(total, 1)
    return share
