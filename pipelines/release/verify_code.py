"""Holds what code made of a release against the code: columns, views, macros, comments, papers, site."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release.database import fill
from pipelines.release.footer import notes_of, read_notes
from pipelines.release.open_release import DATABASE, Questions, Release
from pipelines.release.package import data_package, dataset_card
from pipelines.site import build_site
from pipelines.warehouse.catalog import catalog_digest, public_models
from pipelines.warehouse.questions import read_question
from pipelines.warehouse.store import file_digest

PARTS = ("verify/objects", "verify/columns", "verify/macros")


def is_of_this_code(manifest: dict[str, Any]) -> bool:
    """Whether a release was made by the SQL files that are here: only then can it be held against them."""
    return manifest.get("catalog") == catalog_digest()


def structure(release: Release, held: Questions) -> Iterator[str]:
    """Yield each table, view, macro, column and comment of a database that the code makes otherwise."""
    models = public_models()
    tables = {model.name: release.table(model.name) for model in models}
    with duckdb.connect() as con:
        fill(con, models, tables, rows="none")
        for part in PARTS:
            text = read_question(part)
            made, found = (set(map(repr, asked.sql(text).fetchall())) for asked in (con, held.con))
            for line in sorted(made ^ found):
                kind = "is not as the code makes it" if line in found else "is not there as the code makes it"
                yield f"{DATABASE}: {' '.join(line.split())[:160]} {kind}"


def papers(release: Release, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield each paper of a release that its tables and the code would word otherwise."""
    models = [model for model in public_models() if model.name in manifest["tables"]]
    tables = {model.name: release.table(model.name) for model in models}
    made = {
        "README.md": dataset_card(release_name(manifest), models, tables),
        "datapackage.json": data_package(release_name(manifest), models, tables, manifest["files"]),
    }
    for name, text in made.items():
        if (release.folder / name).read_text("utf-8") != text:
            yield f"{name} is not what its tables and the code give"
    for model in models:
        if read_notes(tables[model.name]) != notes_of(model, release_name(manifest)):
            yield f"tables/{model.name}.parquet does not say of itself what the code says of it"


def release_name(manifest: dict[str, Any]) -> str:
    """Return the name that the papers of a release carry."""
    return str(manifest["release"])


def site(release: Release, manifest: dict[str, Any]) -> Iterator[str]:
    """Yield each page and figure that is not what the database gives, byte for byte."""
    before = release.folder.parent / str(manifest["previous"]) / DATABASE if manifest["previous"] else None
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        # The front page tells how large the Parquet files are.
        (folder / "tables").symlink_to((release.folder / "tables").absolute())
        build_site(release.database, folder, release=release_name(manifest), previous=before)
        made, found = (
            {
                path.relative_to(root).as_posix(): file_digest(path)
                for part in ("site", "plots")
                for path in (root / part).rglob("*")
                if path.is_file()
            }
            for root in (folder, release.folder)
        )
    for name in sorted(set(made) | set(found)):
        if made.get(name) != found.get(name):
            yield f"{name} is not what the database gives"
