"""The digest of every part of a relation, in one reading: by it a part that did not change is known."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from pipelines.warehouse.store import Store, digest_of

PART = ["source", "corpus"]
BATCH = 1 << 20
"""Rows in memory at once."""
Digests = dict[tuple[str, ...], tuple[int, str]]
"""How many rows each part has, by default a source and corpus, and their digest."""


def part_digests(
    store: Store, room: str, relation: str, columns: Sequence[str], *, by: Sequence[str] = PART
) -> Digests:
    """Return rows and digest of each part, over some columns, rows in their order.

    Fits that read the same columns of the same rows share one reading.
    """
    digest = store.need(room, relation).digest
    return _read(str(store.path(room, relation)), digest, tuple(columns), tuple(by))


@lru_cache(maxsize=8)
def _read(path: str, digest: str, columns: tuple[str, ...], by: tuple[str, ...]) -> Digests:
    whole = pl.scan_parquet(path, glob=False).select(columns)
    height = int(whole.select(pl.len()).collect().item())
    rows: dict[tuple[str, ...], int] = defaultdict(int)
    hashes: dict[tuple[str, ...], Any] = defaultdict(hashlib.sha256)
    for start in range(0, height, BATCH):
        batch = whole.slice(start, BATCH).collect()
        hashed = batch.select(by).with_columns(hash=batch.hash_rows(seed=0))
        for names, group in hashed.group_by(by, maintain_order=True):
            part = tuple(map(str, names))
            rows[part] += group.height
            hashes[part].update(group["hash"].to_numpy().tobytes())
    schema = str(whole.collect_schema())
    return {part: (rows[part], digest_of(schema, hashes[part].hexdigest())) for part in sorted(rows)}
