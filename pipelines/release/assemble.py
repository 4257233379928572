"""Fills one release folder from a set of Parquet files: copies, database, papers, manifest."""

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.release.carried_over import carry_over
from pipelines.release.database import build_database, open_tables
from pipelines.release.diff import diff_releases
from pipelines.release.footer import SCHEMA_VERSION, copy_with_notes, notes_of
from pipelines.release.open_release import DATABASE, Release
from pipelines.release.package import data_package, dataset_card
from pipelines.site import draw_site
from pipelines.warehouse.catalog import Model, catalog_digest
from pipelines.warehouse.keep import Keep, made_anew
from pipelines.warehouse.kept import all_code
from pipelines.warehouse.store import file_digest

CHANGES = "CHANGES.md"
CHANGES_TITLE = "# Changes of the data, newest release first"
KEPT_CHANGES = 100


def assemble(
    folder: Path,
    name: str,
    models: list[Model],
    tables: Mapping[str, Path],
    notes: dict[str, Any],
    previous: Path | None = None,
    keep: Keep = made_anew,
    *,
    is_anew: bool = False,
    with_database: Callable[[Path], None] = lambda _: None,
) -> None:
    """Fill an empty ``folder`` with a whole release; ``notes`` go into its manifest.

    ``tables`` gives the Parquet file of every model; ``previous`` is the folder of the release before,
    against which changes are told, and out of whose database this one is made unless all ``is_anew``;
    ``keep`` may have of the site what takes long; ``with_database`` is given the database as soon as it is
    whole, beside what is still drawn.
    """
    (folder / "tables").mkdir(parents=True)
    for model in models:
        target = folder / "tables" / f"{model.name}.parquet"
        copy_with_notes(tables[model.name], target, notes_of(model, name))
    with ThreadPoolExecutor(2) as beside:
        # The database is written by one core: the other one draws what it will hold.
        site = beside.submit(_site, folder, name, models, tables, previous, keep)
        database = folder / DATABASE
        before = Release(previous) if previous and not is_anew else None
        if not (before and carry_over(before, database, models, tables)):
            build_database(database, models, tables)
        changes, warnings = _changes(database, name, previous, is_copy="export_of" in notes)
        (folder / CHANGES).write_text(changes)
        handed = beside.submit(with_database, database)
        described = _describe(folder, name, models, tables)
        site.result()
        handed.result()
    manifest = {
        "release": name,
        "schema_version": SCHEMA_VERSION,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "catalog": catalog_digest(),
        "code": all_code(),
        "previous": previous.name if previous else None,
        **notes,
        "warnings": warnings,
        "tables": {model.name: _table_entry(model, tables[model.name]) for model in models},
        "files": _file_entries(folder, described),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    _sync(folder)


def _site(
    folder: Path,
    name: str,
    models: list[Model],
    tables: Mapping[str, Path],
    previous: Path | None,
    keep: Keep,
) -> None:
    """Draw the site of a release out of its tables."""
    before = previous / DATABASE if previous else None
    with open_tables(folder.parent, models, tables, before) as questions:
        changes = questions.rows("site/changes") if previous else None
        draw_site(questions, folder, release=name, changes=changes, keep=keep)


def _changes(database: Path, name: str, previous: Path | None, *, is_copy: bool) -> tuple[str, list[str]]:
    """Return the changelog of the data, newest release first, and what of this one's changes is a warning."""
    if is_copy:  # what was told of runs of one's own is not for others
        return f"{CHANGES_TITLE}\n\n## {name}\n\nA copy to share of this release.\n", []
    if previous is None:
        return f"{CHANGES_TITLE}\n\n## {name}\n\nThe first release here.\n", []
    report = diff_releases(previous, database)
    lines = [f"- {line}" for line in report.lines()]
    section = "\n".join([f"## {name}, against {previous.name}", "", *lines, ""])
    older = (previous / CHANGES).read_text() if (previous / CHANGES).is_file() else ""
    sections = [f"## {part.rstrip()}\n" for part in f"\n{older}".split("\n## ")[1:]]
    return "\n".join([CHANGES_TITLE, "", section, *sections[: KEPT_CHANGES - 1]]), report.warnings()


def _table_entry(model: Model, path: Path) -> dict[str, object]:
    return {"rows": pq.read_metadata(path).num_rows, "grain": list(model.head.grain)}


def _describe(
    folder: Path, name: str, models: list[Model], tables: Mapping[str, Path]
) -> dict[str, dict[str, Any]]:
    """Write the papers of a release that holds its tables and database; return the entries of these."""
    (folder / "README.md").write_text(dataset_card(name, models, tables))
    entries = {f"tables/{path.name}": _file_entry(path) for path in (folder / "tables").iterdir()}
    (folder / "datapackage.json").write_text(data_package(name, models, tables, entries))
    return entries | {DATABASE: _file_entry(folder / DATABASE)}


def _file_entries(folder: Path, known: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the entry of every file, by name; ``known`` are those of some."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: known.get(name) or _file_entry(paths[name]) for name in sorted(paths)}


def _file_entry(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": file_digest(path)}


def _sync(folder: Path) -> None:
    """Ask the disk to hold every file of a folder, for reading alone, before the folder gets its name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o444)
