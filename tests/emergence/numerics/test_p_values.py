"""Adjusted p-values are scipy's; a claim that does not survive is taken back and says so."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control

from emergence.numerics.p_values import OF_ETA, adjust_p_values, adjust_within


def test_they_are_those_of_scipy_and_leave_gaps_as_they_are() -> None:
    p = np.random.default_rng(1).uniform(size=50) ** 3
    assert adjust_p_values(p) == pytest.approx(false_discovery_control(p, method="by"))
    with_gaps = adjust_p_values([0.01, np.nan, 0.5])
    assert np.isnan(with_gaps[1])
    assert with_gaps[[0, 2]] == pytest.approx(false_discovery_control([0.01, 0.5], method="by"))
    assert np.isnan(adjust_p_values([np.nan])).all()


def test_families_are_adjusted_apart_and_rows_keep_their_order() -> None:
    rows = pl.DataFrame({"source": ["b", "a", "b"], "p_threshold": [0.01, 0.04, 0.02]})
    found = adjust_within(rows, ["source"])
    assert found["source"].to_list() == ["b", "a", "b"]
    assert found["p_adjusted"].to_list() == pytest.approx([0.03, 0.04, 0.03])


def test_a_departure_that_does_not_survive_loses_its_eta_and_says_why() -> None:
    count = 40
    rows = pl.DataFrame(
        {
            "source": ["s"] * count,
            "p_threshold": [0.02, *[0.9] * (count - 1)],
            "verdict": ["leaves_floor", *["at_floor"] * (count - 1)],
            "verdict_v1": ["emergent_sharp", *["at_floor"] * (count - 1)],
            "reason": ["it rises"] * count,
            **dict.fromkeys(OF_ETA, [2.5] * count),
        }
    )
    first = adjust_within(rows, ["source"]).row(0, named=True)
    assert (first["verdict"], first["verdict_v1"], first["eta"]) == ("not_identified", "ambiguous", None)
    assert "failed: would be leaves floor, but p is 1.0 once adjusted" in first["reason"]
    kept = adjust_within(rows.with_columns(p_threshold=pl.lit(1e-6)), ["source"]).row(0, named=True)
    assert (kept["verdict"], kept["eta"], kept["reason"]) == ("leaves_floor", 2.5, "it rises")
