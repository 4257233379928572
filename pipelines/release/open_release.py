"""The one way to open a published release, and to ask it the named queries of ``sql/questions/``.

A release is found by ``latest``, by its name or by its folder. Whoever opens one sees nothing of the host: no
file, no network, no extension, no setting.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from emergence.errors import EmergenceError, InputError
from pipelines.warehouse.holder import holder_of
from pipelines.warehouse.home import Home
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.quoting import quoted_name, quoted_text

DATABASE = "emergence.duckdb"
_NO_EXTENSIONS: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_LOCKED: dict[str, Any] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class ReleaseError(EmergenceError):
    """A release is not there or not whole."""


class NoReleaseError(EmergenceError):
    """There is no release to ask."""


class OlderReleaseError(InputError):
    """A release lacks a table or column that a query asks for, as one made before these were."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this release cannot be asked ({why}); run `emergence run` for a newer")
        self.why = why


@dataclass(frozen=True)
class Release:
    """One published folder."""

    folder: Path

    @property
    def name(self) -> str:
        """Date and digest of inputs and code."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file of this release."""
        return self.folder / DATABASE

    def table(self, name: str) -> Path:
        """Return the Parquet file of a table."""
        return self.folder / "tables" / f"{name}.parquet"

    def manifest(self) -> dict[str, Any]:
        """Return the manifest: inputs, problems, and the digest and rows of every file."""
        manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return manifest


class Questions:
    """An open release; of one that is only ``partial`` a table that it lacks is an answer without rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, partial: bool = False) -> None:
        self.con = con
        self.partial = partial

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    @cached_property
    def tables(self) -> set[str]:
        """The names of all tables and views."""
        return {name for name, _ in self.con.sql(read_question("verify/relations")).fetchall()}

    def ask(self, name: str, **values: Any) -> pl.DataFrame:
        """Return the rows of a named query, its parameters bound.

        Without its tables: no rows and no columns of a partial release; of any other OlderReleaseError.
        """
        text = read_question(name)
        if self.partial and not self.tables.issuperset(_tables_of(name)):
            return pl.DataFrame()
        try:
            frame: pl.DataFrame = self.con.sql(text, params=values or None).pl()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise OlderReleaseError(str(error).splitlines()[0]) from error
        return frame

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a named query as dictionaries."""
        return self.ask(name, **values).to_dicts()

    def whole(self, name: str) -> pl.DataFrame:
        """Return a table as it stands; no rows and no columns where it is not there."""
        frame: pl.DataFrame = self.con.table(name).pl() if name in self.tables else pl.DataFrame()
        return frame

    def table(self, name: str, columns: Iterable[str]) -> list[dict[str, Any]]:
        """Return a table's rows in the named columns: None for a column it lacks, no rows for no table."""
        return self.columns_of(name, columns).to_dicts()

    def columns_of(self, name: str, columns: Iterable[str]) -> pl.DataFrame:
        """Return the named columns of a table, nulls for one it lacks; no rows and no columns of no table."""
        if name not in self.tables:
            return pl.DataFrame()
        relation = self.con.table(name)
        there = set(relation.columns)
        asked = {column: column in there for column in columns}
        held = [duckdb.ColumnExpression(column) for column, is_held in asked.items() if is_held]
        frame: pl.DataFrame = relation.select(*held).pl()
        return frame.select(pl.col(c) if is_held else pl.lit(None).alias(c) for c, is_held in asked.items())

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        ((rows,),) = self.con.table(name).aggregate("count(*)").fetchall()
        return int(rows)

    def query(self, text: str) -> pl.DataFrame:
        """Return the result of a user's own query; raises InputError with DuckDB's words when it is wrong."""
        try:
            frame: pl.DataFrame = self.con.sql(text).pl()
        except (duckdb.Error, AttributeError) as error:
            raise InputError(f"query: {error}") from error
        return frame


@cache
def _tables_of(name: str) -> tuple[str, ...]:
    # Reading SQL takes a while to import, which who asks a whole release need not pay.
    from pipelines.warehouse.catalog import parents_of

    return parents_of(read_question(name))


def latest_release(home: Path) -> Release | None:
    """Return the release that ``latest`` names; None before the first one."""
    name = Home(home).latest
    if name is None:
        return None
    folder = Home(home).releases / name
    if not is_name(name) or not (folder / "manifest.json").is_file():
        raise ReleaseError(f"{home / 'latest'} names {name!r}, which is not in {folder.parent}; run again")
    return Release(folder)


def is_name(name: str) -> bool:
    """Whether a text can be the name of a release: of one folder, which lies where releases lie."""
    return name.isprintable() and not name.startswith(".") and "/" not in name and 0 < len(name) < 200


def newest_release(home: Path) -> Release:
    """Return the release that ``latest`` names; raises NoReleaseError before the first one."""
    release = latest_release(home)
    if release is None:
        raise NoReleaseError(f"no release in {home}; run `emergence run` first")
    return release


def named_release(home: Path, name: Path) -> Release:
    """Return a release by the path of its folder or by its name; raises ReleaseError when there is none."""
    for folder in (name, home / "releases" / name):
        if (folder / "manifest.json").is_file():
            return Release(folder)
    known = ", ".join(sorted(p.name for p in (home / "releases").glob("[!.]*"))) or "none"
    raise ReleaseError(f"no release is called {name}; in {home / 'releases'} there are: {known}")


def release_before(home: Path, release: Release) -> Release:
    """Return the release that stood when this one was made; raises ReleaseError where there was none."""
    previous = release.manifest()["previous"]
    if previous is None:
        raise ReleaseError(f"{release.name} is the first release here: there is none to compare it with")
    try:
        return named_release(home, Path(previous))
    except ReleaseError as error:
        raise ReleaseError(f"what stood before {release.name} is gone ({error})") from error


def open_release(home: Path) -> Questions:
    """Open the newest release; raises NoReleaseError before the first."""
    return open_database(newest_release(home).database)


def open_database(database: Path, *, partial: bool = False) -> Questions:
    """Open the database of a release; raises ReleaseError where it does not open."""
    try:
        con = duckdb.connect(str(database), read_only=True, config=_NO_EXTENSIONS | _LOCKED)
    except duckdb.Error as error:
        raise ReleaseError(f"{database.name} does not open: {holder_of(error) or error}") from error
    return Questions(con, partial=partial)


def open_together(**databases: Path) -> Questions:
    """Open several databases under names of their own; a table without such a name is the first one's.

    Raises InputError where one of them is no database.
    """
    con = duckdb.connect(config=_NO_EXTENSIONS)
    for name, database in databases.items():
        if not database.is_file():
            raise InputError(f"release {name}: there is no database {database}; name a release's folder")
        try:
            con.execute(f"attach {quoted_text(database)} as {quoted_name(name)} (read_only)")
        except duckdb.Error as error:
            held = holder_of(error)
            said = f"does not open: {held}" if held else f"is no database of a release: {error}"
            raise InputError(f"release {name}: {database} {said}") from error
    con.execute(f"use {quoted_name(next(iter(databases)))}")
    lock(con)
    return Questions(con)


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """Let a connection see nothing of the host but what is attached, or allowed to it, by now."""
    for setting, value in (_NO_EXTENSIONS | _LOCKED).items():
        con.execute(f"set {setting} = {value}")
