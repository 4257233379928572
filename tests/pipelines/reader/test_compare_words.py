"""What a comparison rests on is said as it is, also where no score was held against any curve."""

import polars as pl
import pytest

from pipelines.reader.accounts import NO_AXIS, NO_LOSS
from pipelines.reader.compare_counts import SCORE
from pipelines.reader.compare_words import basis

OTHER_SHOTS = "others asked the task in another format, metric or number of shots"


@pytest.mark.parametrize(
    ("whys", "said"),
    [
        ([NO_AXIS], "corpus, unit and tokenizer decide"),
        ([NO_AXIS, NO_LOSS], "corpus, unit and tokenizer decide"),
        ([NO_LOSS], "add its losses"),
        ([OTHER_SHOTS], "for the reasons given"),
        ([OTHER_SHOTS, NO_LOSS], "for the reasons given"),
    ],
)
def test_where_nothing_was_met_the_reason_is_the_right_one(whys: list[str], said: str) -> None:
    columns = dict.fromkeys((*SCORE, "reference"), pl.String)
    held = pl.DataFrame(schema={**columns, "extrapolated": pl.Boolean, "is_of_its_source": pl.Boolean})
    told = basis(held, "own", [{"why": why} for why in whys])
    assert said in told
    assert ("decide on which axis" in told) == (NO_AXIS in whys)
