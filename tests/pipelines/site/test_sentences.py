"""The first sentence of a task's page: what is shown, on what it rests, what the other settings say."""

import duckdb
import pytest

from pipelines.release.open_release import Questions
from pipelines.site.sentences import sentence

SHOWN = {
    "role": "accuracy",
    "verdict": "leaves_floor",
    "source": "made_up",
    "format": "rc",
    "n_shot": 0,
    "n_runs": 526,
    "n_models": 9,
    "loss_at_2_points": 3.4,
    "loss_at_2_points_low": 3.1,
    "loss_at_2_points_high": 3.7,
    "unit": "nats_per_token",
    "corpus": "c4_en",
    "step_in_points": True,
}
OTHER = SHOWN | {"verdict": "smooth"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "leaves floor, over 526 runs"),
        ({"n_runs": 2}, "leaves floor, but over 2 runs"),
        ({"n_runs": 3, "n_models": 1}, "leaves floor, but over 3 runs of one model"),
    ],
)
def test_few_runs_are_an_objection_and_many_are_none(change: dict[str, int], said: str) -> None:
    assert said in sentence([SHOWN | change])


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], "over 526 runs."),
        ([OTHER], "; the other setting does not say the same."),
        ([SHOWN], "; the other setting says the same."),
        ([OTHER, OTHER], "; none of the 2 other settings say the same."),
        ([SHOWN, OTHER], "; 1 of the 2 other settings says the same."),
    ],
)
def test_the_other_settings_are_counted(others: list[dict[str, object]], said: str) -> None:
    assert sentence([SHOWN, *others]).endswith(said)


def test_a_run_that_was_not_judged_is_no_evidence() -> None:
    """A third run, too short to be judged, has checkpoints among those of a sharp setting of two runs."""
    with duckdb.connect() as con:
        con.execute(
            "create table summary as select 'a' as series_id, 's' as source, 'sharp' as verdict, 2 as n_runs"
        )
        con.execute(
            "create table loss_scores as select 'a' as series_id, '7B' as model, unnest(['1', '2', '3']) as run_id"
        )
        assert Questions(con).rows("site/sharp") == [
            {"n_sources": 1, "n_models": 1, "n_runs": 2, "first_source": "s", "first_model": "7B"}
        ]
