"""What pinned commits are known to hold: a short digest of each file's name and bytes, seen once and shipped.

It is no whole list: a commit may hold more. An archive that lacks one of these files, or has other bytes
there, is not the archive of that commit, however well it is packed.
"""

import csv
import hashlib
from functools import cache
from pathlib import Path

import pipelines

LIST = Path(str(pipelines.__file__)).parent / "sources" / "facts" / "pinned_files.csv"
COMMIT_SHOWN = 8
DIGEST_SHOWN = 12


def known_files(commit: str) -> frozenset[str]:
    """Return the short digests of the files that a commit is known to hold; of a new pin nothing is known."""
    return _known().get(commit[:COMMIT_SHOWN], frozenset())


def short_digest(path: str, sha256: str) -> str:
    """Return the digest of a file's name and bytes, as the list holds it."""
    return hashlib.sha256(f"{path}\0{sha256}".encode()).hexdigest()[:DIGEST_SHOWN]


@cache
def _known() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    with LIST.open(newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["commit"], set()).add(row["file"])
    return {commit: frozenset(files) for commit, files in found.items()}
