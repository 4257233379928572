"""Writes what the pinned commits are known to hold, from a mirror, into the facts of the sources."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from pipelines.intake.globs import matches
from pipelines.intake.pinned import COMMIT_SHOWN, LIST, short_digest
from pipelines.sources import SOURCES
from pipelines.warehouse.store import file_digest


def rows(mirror: Path) -> Iterator[tuple[str, str]]:
    """Yield (commit, short digest) of every wanted file in a mirror, sorted."""
    for commit, repo, include in sorted((o.commit, o.repo, o.include) for s in SOURCES for o in s.origins):
        root = mirror / repo / commit
        files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
        wanted = {name: path for name, path in files.items() if matches(name, include)}
        for digest in sorted(short_digest(name, file_digest(path)) for name, path in wanted.items()):
            yield commit[:COMMIT_SHOWN], digest


if __name__ == "__main__":
    with LIST.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("commit", "file"), *rows(Path(sys.argv[1]))])
