"""Makes the rows of one's own runs by themselves and puts them last.

So a run that is added leaves the rows of what is published as they lie, in millions, and everything that was
made of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.keys import OWN
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.lineage import Lineage
from pipelines.warehouse.store import Record, Store, bytes_digest, digest_of

SOURCE = "source"
"""The column that says whose a row is; a relation without it is read whole by both shares."""
PUBLISHED = "published"
SHARES = (PUBLISHED, OWN)
"""What a model that is made apart has below it, in the order of its rows."""


@dataclass(frozen=True)
class Share(Model):
    """One of the two shares of a model."""

    share: str = PUBLISHED

    @property
    def place(self) -> str:
        """Where in its room its rows lie."""
        return self.place_of(self.name)

    def place_of(self, relation: str) -> str:
        """Where the same share of a relation lies, of one that is made apart."""
        return share_of(relation, self.share)

    def seen(self, parent: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Return the rows of a parent that it reads."""
        if SOURCE not in rows.columns:
            return rows
        is_own = duckdb.ColumnExpression(SOURCE) == duckdb.ConstantExpression(OWN)
        return rows.filter(is_own if self.share == OWN else ~is_own)

    def made_from(self, store: Store, lineage: Lineage) -> Iterator[str]:
        """Yield every relation that it reads, and the digest of the rows of it that are read."""
        for relation in lineage.made_from(self):
            yield relation
            yield self._digest(store, lineage, relation)

    def _digest(self, store: Store, lineage: Lineage, relation: str) -> str:
        room, model = lineage.room(relation), lineage.models.get(relation)
        if model and model.head.is_apart:
            return store.need(room, self.place_of(relation)).digest
        whole, path = store.need(room, relation).digest, store.path(room, relation)
        sources = _sources(path)
        if sources is None:
            return whole
        if not any(least <= OWN <= greatest for least, greatest in sources):
            return "" if self.share == OWN else whole
        if all(least == OWN == greatest for least, greatest in sources):
            return whole if self.share == OWN else ""
        is_own = pl.col(SOURCE) == OWN
        seen = pl.scan_parquet(path, glob=False).filter(is_own if self.share == OWN else ~is_own).collect()
        return digest_of(str(seen.schema), bytes_digest(seen.hash_rows(seed=0).to_numpy().tobytes()))


def share_of(relation: str, share: str) -> str:
    """Return where in its room one of the ``SHARES`` of a relation that is made apart lies."""
    return f"{relation}/{share}"


def _sources(path: Path) -> list[tuple[str, str]] | None:
    """Return the first and the last source of each group of rows by name; None where rows have no source."""
    with pq.ParquetFile(path) as file:
        if SOURCE not in file.schema_arrow.names:
            return None
        column = file.schema_arrow.names.index(SOURCE)
        groups = (file.metadata.row_group(number) for number in range(file.num_row_groups))
        told = [group.column(column).statistics for group in groups if group.num_rows]
        return [(one.min, one.max) if one and one.has_min_max else ("", "\U0010ffff") for one in told]


def run_apart(model: Model, store: Store, key: str, run: Callable[[Share], Record]) -> Record:
    """Run both shares of a model, each unless it stands, and write their rows one after the other."""
    shares = [Share(model.name, model.room, model.text, model.head, model.parents, name) for name in SHARES]
    for share in shares:
        run(share)
    return store.stack(model.room, model.place, key, *(share.place for share in shares))
