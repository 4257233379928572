"""A rule of a relation whose own rows lie apart is checked share by share: what is published, once."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.keys import OWN
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse import catalog
from pipelines.warehouse.apart import PUBLISHED, SHARES, share_of
from pipelines.warehouse.checks import Outcome, all_checks, run_check
from pipelines.warehouse.home import Warehouse

RELATION = "task_coverage"
CHECK = next(check for check in all_checks() if check.name == f"{RELATION}_grain")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Settings(home=tmp_path, offline=True), SOURCES)


def keep(warehouse: Warehouse, **keys: list[str | None]) -> None:
    """Keep the shares of a relation, each of the keys that are given, and the whole."""
    for share in SHARES:
        rows = pl.DataFrame({"series_id": keys[share]}, schema={"series_id": pl.String})
        warehouse.store.write("marts", share_of(RELATION, share), repr(keys[share]), rows, lambda _: None)
    warehouse.store.stack("marts", RELATION, repr(keys), *(share_of(RELATION, share) for share in SHARES))


def checked(warehouse: Warehouse) -> Outcome:
    return run_check(CHECK, warehouse)


@pytest.mark.parametrize(
    ("published", "own", "key"),
    [
        (["a", "a", "b"], ["c"], "a"),
        (["a", "b"], ["c", "c"], "c"),
        (["a", "b"], ["b", "c"], "b"),
        (["a", None], [None, "c"], None),
        (["a", None, None], ["c"], None),
    ],
)
def test_a_key_is_found_that_stands_twice_in_a_share_or_in_both(
    warehouse: Warehouse, published: list[str | None], own: list[str | None], key: str | None
) -> None:
    keep(warehouse, published=published, own=own)
    outcome = checked(warehouse)
    assert outcome.failures == 1
    assert f"'series_id': {key!r}" in outcome.line


def test_what_is_published_is_not_checked_again_with_a_run_of_ones_own(warehouse: Warehouse) -> None:
    keep(warehouse, published=["a", "b"], own=["c"])
    assert checked(warehouse).passed
    before = made_at(warehouse)
    keep(warehouse, published=["a", "b"], own=["c", "b"])
    assert checked(warehouse).failures == 1
    after = made_at(warehouse)
    name = f"{CHECK.name}_{PUBLISHED}"
    assert after[name] == before[name]
    assert all(after[other] > before[other] for other in (f"{CHECK.name}_{OWN}", CHECK.name))


def test_a_relation_without_its_shares_is_checked_whole(warehouse: Warehouse) -> None:
    keep(warehouse, published=["a", "b"], own=["b"])
    warehouse.store.path("marts", share_of(RELATION, OWN)).unlink()
    assert checked(warehouse).failures == 1


def test_only_a_rule_of_keys_is_checked_in_shares() -> None:
    apart = {name for name, model in catalog.models().items() if model.head.is_apart}
    assert {check.parents[0] for check in all_checks() if check.met} == apart
    assert all(len(check.parents) == 1 for check in all_checks() if check.met)


def made_at(warehouse: Warehouse) -> dict[str, int]:
    """When each note of what was found was written."""
    return {path.stem: path.stat().st_mtime_ns for path in (warehouse.store.home / "checks").iterdir()}
