"""The files of ``sql/`` as a catalogue: each relation with its room, head, text and parents."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

import sql
from emergence.errors import EmergenceError
from pipelines.warehouse.heads import Column, Head, parse_head

ROOT = Path(sql.__file__).parent
ROOMS = ("staging", "marts", "fits", "reports")
STAGED = "staged"
VIEWS = "views"
MACROS = "macros"
FUNCTIONS = "functions"


class CatalogError(EmergenceError):
    """The files of ``sql/`` do not fit together."""


@dataclass(frozen=True)
class Model:
    """One SQL file: one relation."""

    name: str
    room: str
    text: str
    head: Head
    parents: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where in its room its rows lie."""
        return self.name

    def seen(self, parent: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Return the rows of a parent that it reads."""
        return rows


def parents_of(text: str) -> tuple[str, ...]:
    """Return the relations that a query reads, sorted, without its own named steps."""
    tree = sqlglot.parse_one(text, dialect="duckdb")
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    # A table function, such as duckdb_tables(), has no name and is nothing that a model makes.
    tables = {table.name for table in tree.find_all(exp.Table) if table.name}
    return tuple(sorted(tables - steps))


def read_models(folder: Path) -> dict[str, Model]:
    """Read every ``<room>/<relation>.sql`` below a folder; a relation has one file."""
    models: dict[str, Model] = {}
    for room in ROOMS:
        for path in sorted((folder / room).glob("*.sql")):
            if path.stem in models:
                raise CatalogError(f"{path.stem} has two files, in {models[path.stem].room} and {room}")
            text = path.read_text()
            behind = {parent for function in functions_in(text) for parent in function.parents}
            parents = tuple(sorted({*parents_of(text), *behind}))
            models[path.stem] = Model(path.stem, room, text, parse_head(path.stem, text), parents)
    return models


@cache
def models() -> dict[str, Model]:
    """Return the project's own models."""
    return read_models(ROOT)


@cache
def views() -> dict[str, Model]:
    """Return the convenience views of the released database, by name."""
    return _read_folder(VIEWS)


@cache
def macros() -> dict[str, Model]:
    """Return the table macros of the released database, by name: questions with arguments."""
    return _read_folder(MACROS)


@cache
def functions() -> dict[str, Model]:
    """Return what the models call by name: queries of one value, with arguments."""
    return _read_folder(FUNCTIONS)


def functions_in(text: str) -> list[Model]:
    """Return the functions that a query calls."""
    return [function for name, function in functions().items() if f"{name}(" in text]


def definition(function: Model) -> str:
    """Return the statement that makes a function."""
    return f"create or replace macro {function.name}({', '.join(arguments(function))}) as ({function.text})"


def arguments(macro: Model) -> list[str]:
    """Return the arguments of a macro, in order: the columns of its head that are asked."""
    return [name for name in macro.head.columns if name.startswith("asked_")]


def _read_folder(folder: str) -> dict[str, Model]:
    found = {}
    for path in sorted((ROOT / folder).glob("*.sql")):
        text = path.read_text()
        found[path.stem] = Model(path.stem, folder, text, parse_head(path.stem, text), parents_of(text))
    return found


def catalog_digest() -> str:
    """Return the digest of every file of ``sql/``: of what gives a release its tables, views and words."""
    files = sorted(ROOT.rglob("*.sql"))
    content = (path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() for path in files)
    return hashlib.sha256(b"\0".join(content)).hexdigest()


def public_models() -> list[Model]:
    """Return the models that a release holds, in the order of their names."""
    return [m for _, m in sorted(models().items()) if m.room != "staging" and not m.head.is_internal]


@cache
def key_columns() -> dict[str, str]:
    """Return the columns that alone are the key of a mart, each with that mart: what others refer to."""
    marts = [model for model in public_models() if model.room == "marts" and len(model.head.grain) == 1]
    return {model.head.grain[0]: model.name for model in marts}


def references(name: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the columns of a relation that name a row of another, each with that other."""
    return {c: key_columns()[c] for c in columns if c in key_columns() and key_columns()[c] != name}


def describe(name: str, column: str) -> Column | None:
    """Return the meaning of a column: from its own file's head, else from the nearest parent's."""
    seen: set[str] = set()
    queue = [name]
    while queue:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        if current == STAGED:
            queue.append("stg_shape")
        elif current.endswith("_fits"):
            queue.append("loss_scores")
        elif model := models().get(current) or views().get(current) or macros().get(current):
            if column in model.head.columns:
                return model.head.columns[column]
            queue.extend(model.parents)
    return None


def describer(name: str) -> Callable[[str], str | None]:
    """Return the function that gives the meaning of a relation's column as one line of text."""

    def describe_column(column: str) -> str | None:
        found = describe(name, column)
        return found.text() if found else None

    return describe_column
