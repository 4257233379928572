"""The tables of consequences on the pages show what tells their rows apart."""

import pytest

from pipelines.keys import SERIES, SERIES_ID
from pipelines.site import columns
from pipelines.warehouse.heads import parse_head
from tests.test_house import ROOT

OF_A_PAGE = {
    "emergence_sizes": {"task"},
    "forecasts": {"source"},
    "anomalies": {"source"},
    "loss_laws": set(),
    "universality": set(),
}
"""What the page that holds a table has in common for all its rows."""
SHOWN = {
    "emergence_sizes": columns.SIZES,
    "forecasts": columns.FORECASTS,
    "anomalies": columns.ANOMALIES,
    "loss_laws": columns.LAWS,
    "universality": columns.UNIVERSALITY,
}
OF_THE_CORPUS = {"unit", "comparability_group"}


def test_what_all_rows_of_a_wide_table_share_is_told_once() -> None:
    shown: columns.Columns = (
        ("source", "source", "text"),
        ("unit", "unit", "unit"),
        *((f"n{number}", f"n{number}", "count") for number in range(columns.FEW)),
    )
    row = {"source": "a_b", "unit": "nats_per_token", **{f"n{number}": 1 for number in range(columns.FEW)}}
    rows = [row | {"n0": None}, row | {"source": "c", "n0": None}]
    kept, said = columns.told_once(rows, shown)
    assert [name for name, _, _ in kept] == ["source", *(f"n{number}" for number in range(1, columns.FEW))]
    assert said == "In every row: unit nats per token."
    assert columns.told_once(rows, shown[:3]) == (shown[:3], "")


@pytest.mark.parametrize("table", sorted(SHOWN))
def test_a_table_shows_its_grain(table: str) -> None:
    (file,) = (ROOT / "sql").rglob(f"{table}.sql")
    grain = set(parse_head(table, file.read_text()).grain)
    if SERIES_ID in grain:
        grain = (grain - {SERIES_ID}) | set(SERIES)
    assert grain - OF_THE_CORPUS - OF_A_PAGE[table] <= set(columns.names(SHOWN[table]))
