"""``compare`` names as the worst what is off most clearly, not what comes first by its letters."""

import polars as pl

from pipelines.reader.compare import _worst_first


def test_what_is_off_comes_first_and_furthest_of_it() -> None:
    rows = pl.DataFrame(
        {
            "checkpoint_id": ["a"] * 4,
            "task": ["arc", "boolq", "csqa", "piqa"],
            "score": [0.5, 0.2, 0.5, 0.4],
            "expected": [0.49, 0.5, 0.9, 0.5],
            "p_adjusted": [None, None, 1.0, 0.001],
            "is_off": [True, True, False, True],
        }
    )
    assert _worst_first(rows)["task"].to_list() == ["piqa", "boolq", "arc", "csqa"]
