"""All that the database of a release answers, to hold one against another."""

from pathlib import Path
from typing import Any

import duckdb

LISTED = ("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_functions", "duckdb_constraints")


def answers(database: Path) -> dict[str, Any]:
    """Return every row of every table with its place, and what the database says of itself."""
    with duckdb.connect(str(database), read_only=True) as con:
        held: dict[str, Any] = {
            name: con.sql(f"select rowid, * from {name}").pl().hash_rows().to_list()
            for (name,) in con.sql("select table_name from duckdb_tables()").fetchall()
        }
        for name in LISTED:
            found = con.table_function(name).filter("database_name = current_database()").pl()
            held[name] = found.drop("database_name", "database_oid").rows()
        return held
