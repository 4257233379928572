"""What the tests of the site share: hostile names put into a release, and pages read as a browser would."""

import base64
import gzip
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb

from pipelines.site import build_site

MARKUP = """<img src=x onerror="document.title='broken'">"""
NAMES = {
    "lambada": f"{MARKUP} & \"double\" 'single' `tick`",
    "piqa": "a/b\\c/../../d?e=f#g",
    "hellaswag": "L" * 200,
    "arc_easy": "HellaSwag",
    "winogrande": "con",
}
KEYS = {"series_id", "source", "task", "metric", "corpus", "unit", "run_id", "checkpoint_id"}
SOURCE = "</script><b>cerebras</b>/'gpt'"
CORPUS = 'pile "test" </td>'


def one_source(database: Path, copy: Path) -> Path:
    """Copy a database with the rows of one source alone, whose site is built in a third of the time."""
    shutil.copyfile(database, copy)
    with duckdb.connect(str(copy)) as con:
        for table in {table for table, column in _columns(con) if column == "source"}:
            con.execute(f"delete from \"{table}\" where source <> 'cerebras_gpt'")
    return copy


def _columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.sql(
        "select table_name, column_name from duckdb_columns() join duckdb_tables() using (table_name) order by all"
    ).fetchall()


def with_nulls(database: Path) -> int:
    """Empty each column that is no key in one row of its table, rows in turn; return how many."""
    with duckdb.connect(str(database)) as con:
        emptied = [(table, column) for table, column in _columns(con) if column not in KEYS]
        for place, (table, column) in enumerate(emptied):
            con.execute(
                f'update "{table}" set "{column}" = null where rowid = ? % (select count(*) from "{table}")',
                [7 * place],
            )
    return len(emptied)


def with_hostile_names(database: Path, folder: Path) -> Path:
    """Copy a database's one source with tasks, source and corpus renamed to what breaks careless pages."""
    copy = one_source(database, folder / "hostile.duckdb")
    with duckdb.connect(str(copy)) as con:
        for table, column in _columns(con):
            renames = {"task": NAMES, "source": {"cerebras_gpt": SOURCE}, "corpus": {"pile_test": CORPUS}}
            for old, new in renames.get(column, {}).items():
                con.execute(f'update "{table}" set "{column}" = ? where "{column}" = ?', [new, old])
        con.execute("update sources set address = 'https://one.example + https://two.example'")
        con.execute("update tasks set title = task where task in (select unnest(?))", [list(NAMES.values())])
    return copy


def built(database: Path, folder: Path) -> Path:
    """Build the site of a database and return its folder."""
    problems = build_site(database, folder, release="2024-01-01-abc")
    assert not problems
    return folder / "site"


def read_script(path: Path) -> tuple[str, str, Any]:
    """Return the kind, name and value that a script of data hands to the page."""
    text = path.read_text(encoding="utf-8")
    call, inner = re.fullmatch(r"WAREHOUSE\.(put|unpack)\((.*)\);\n", text).groups()  # type: ignore[union-attr]
    kind, name, value = json.loads(f"[{inner}]")
    return kind, name, json.loads(gzip.decompress(base64.b64decode(value))) if call == "unpack" else value


class Page(HTMLParser):
    """The elements, references and text of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.tags: list[str] = []
        self.references: list[str] = []
        self.outside: list[str] = []
        self.ids: set[str] = set()
        self.text: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            value = value or ""
            if name == "id":
                self.ids.add(value)
            if name in ("href", "src", "data-task-file", "data-file") and value:
                (self.outside if "://" in value else self.references).append(value)
                if "://" in value and tag != "a":
                    raise AssertionError(f"{self.path}: <{tag}> asks another host for {value}")
            if name == "data-source-files":
                self.references += value.split()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def targets(self) -> list[Path]:
        """Return the files that the page refers to."""
        plain = [unquote(ref.split("#")[0]) for ref in self.references if not ref.startswith("data:")]
        return [(self.path.parent / ref).resolve() for ref in plain if ref]
