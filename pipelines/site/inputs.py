"""Digests of the rows that a page is made from: by them what is made of the same rows is found again.

A page of a task is made from the rows of the task and, of the sources that have it, from what their pages
share; a page of a source is made from all rows of the source.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.keys import SERIES_ID

OF_TASKS = (
    "site/fits", "site/series", "site/summary_rows", "site/slide_fits", "site/run_onsets", "site/tasks",
    "site/disputed_chances", "emergence_sizes", "sufficiency", "sufficiency_groups",
)  # fmt: skip
SHARED = ("site/axes", "site/checkpoints", "site/axis_losses", "site/sources", "site/explained")
OF_SOURCES = ("site/rejects", "site/run_names", "site/run_map", "forecasts", "anomalies")
OF_LAWS = ("site/law_curves", "law_points", "loss_laws")
"""Questions, and tables by their names."""
Digests = dict[str, list[str]]


@dataclass(frozen=True)
class Inputs:
    """The digests of one release; ``frame`` gives the rows of a question or of a table."""

    frame: Callable[[str], pl.DataFrame]

    def of_task(self, task: str) -> str:
        """Return the digest of all that the page and the data of a task are made from."""
        shared = [self._shared.get(source) for source in self._sources[task]]
        return repr((self._of_tasks[task], shared))

    def of_fits(self, source: str) -> str:
        """Return the digest of all that the curves of a source are made from."""
        return repr([of.get(source) for of in (self._shared, self._of_fits)])

    def of_source(self, source: str) -> str:
        """Return the digest of all that the pages and the data of a source are made from."""
        return repr((self.of_fits(source), self._of_sources.get(source)))

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        """The sources of each task that has a fit."""
        fits = self.frame("site/fits").select("task", "source")
        return dict(fits.group_by("task").agg(pl.col("source").unique().sort()).iter_rows())

    @cached_property
    def _of_tasks(self) -> Digests:
        return self._digests("task", OF_TASKS)

    @cached_property
    def _shared(self) -> Digests:
        return self._digests("source", SHARED)

    @cached_property
    def _of_fits(self) -> Digests:
        return self._digests("source", OF_TASKS)

    @cached_property
    def _of_sources(self) -> Digests:
        return self._digests("source", OF_SOURCES)

    def _digests(self, key: str, names: Iterable[str]) -> Digests:
        """Return the digests of the rows of each task or source in some relations."""
        found: Digests = {}
        for name in names:
            for value, digest in _by(key, self._placed(name, key)):
                found.setdefault(value, []).append(f"{name} {digest}")
        return found

    def _placed(self, name: str, key: str) -> pl.DataFrame:
        """Return the rows of a relation with task and source, if need be by the fit that they are of."""
        rows = self.frame(name)
        if key in rows.columns or SERIES_ID not in rows.columns:
            return rows
        fits = self.frame("site/fits").select(SERIES_ID, key)
        return rows.join(fits, on=SERIES_ID, how="inner", maintain_order="left")


def digest_of_rows(rows: pl.DataFrame) -> str:
    """Return the digest of rows in their order."""
    return _digest(rows.schema, rows.hash_rows(seed=0) if rows.width else pl.Series())


def _by(key: str, rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield each value of a key with the digest of its rows, in their order."""
    if key not in rows.columns:
        return
    hashed = rows.select(key, hash=rows.hash_rows(seed=0))
    grouped = hashed.group_by(key, maintain_order=True).agg("hash")
    for value, hashes in zip(*grouped, strict=True):
        yield str(value), _digest(rows.schema, hashes)


def _digest(schema: pl.Schema, hashes: pl.Series) -> str:
    """Return the digest of rows by their columns and their own hashes."""
    return hashlib.sha256(str(schema).encode() + hashes.to_numpy().tobytes()).hexdigest()
