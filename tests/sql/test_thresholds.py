"""What the table of thresholds says beside what was fitted: a chance in dispute is not beaten."""

import duckdb
import polars as pl
import pytest

from emergence.threshold.result import SCHEMA
from pipelines.intake.facts import read_facts
from pipelines.keys import SERIES, SERIES_ID
from pipelines.warehouse import catalog

KEYS = dict.fromkeys([SERIES_ID, *SERIES, "p_adjusted"], pl.String)
TEXT = {"task": pl.String, "corpus": pl.String}
FOUND = {
    "source": "s",
    "task": "piqa",
    "unit": "nats_per_token",
    "verdict_v1": "above_floor",
    "reason": "seen",
}


@pytest.mark.parametrize(
    ("verdict", "disputed", "told"),
    [
        ("above_floor", True, ("not_identified", "ambiguous", "failed: that chance is in dispute", False)),
        ("above_floor", False, ("above_floor", "above_floor", "seen; losses", False)),
        ("sharp", True, ("sharp", "above_floor", "seen; losses", True)),
    ],
)
def test_nothing_is_above_a_chance_in_dispute_from_the_start(
    verdict: str, disputed: bool, told: tuple[str, str, str, bool]
) -> None:
    tables = {
        "threshold_fits": pl.DataFrame(
            [FOUND | {SERIES_ID: "s/piqa", "verdict": verdict}], schema=KEYS | SCHEMA
        ),
        "facts_vocabulary": read_facts("vocabulary"),
        "facts_circular": pl.DataFrame(schema=TEXT),
        "sources": pl.DataFrame({"source": "s", "citation": "c"}),
        "task_coverage": pl.DataFrame({SERIES_ID: "s/piqa", "chance_disputed": disputed}),
        "sufficiency_fits": pl.DataFrame(schema={SERIES_ID: pl.String, "sufficient": pl.Boolean}),
    }
    with duckdb.connect() as con:
        for name, table in tables.items():
            con.register(name, table.to_arrow())
        rows = con.sql(catalog.models()["thresholds"].text).pl()
    row = rows.row(0, named=True)
    assert rows.height == 1
    assert (row["verdict"], row["verdict_v1"], row["departs"]) == (told[0], told[1], told[3])
    assert told[2] in row["reason"]
