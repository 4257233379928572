"""Scores with percent signs: fractions where a whole column has them, refused where some cells have."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.own.plan import Plan
from tests.tools.own_files import planned, said, scores_of, write

CARD = {
    "tokens_per_step": 10,
    "step_counts": "steps",
    "scores.n_shot": 0,
    "scores.format": "rc",
    "scores.metric": "acc",
}
LONG = "step,task,metric,score,stderr\n"


def plan_of(folder: Path, content: str) -> Plan:
    write(folder / "s.csv", content)
    return planned(folder, **CARD)


@pytest.mark.parametrize(
    "content",
    [
        "step,piqa\n10,45.2%\n20,\n30,0.7%\n",
        "step,piqa\n10, 45.2 %\n30,.7e0%\n",
        "sep=;\nstep;piqa\n10;45,2%\n30;0,7\u00a0%\n",
        '{"step": 10, "piqa": "45.2%"}\n{"step": 30, "piqa": "0.7%"}\n',
        f"{LONG}10,piqa,acc,45.2%,1.2%\n30,piqa,acc,0.7%,\n",
    ],
)
def test_a_column_of_percent_signs_is_read_as_fractions(tmp_path: Path, content: str) -> None:
    plan = plan_of(tmp_path, content)
    assert scores_of(plan, "step", "score") == [(10, 0.452), (30, 0.007)]
    assert not plan.settled.said.broken
    assert not plan.open_questions()
    if content.startswith(LONG):
        assert scores_of(plan, "stderr")[0] == (0.012,)


def test_so_is_one_of_parquet(tmp_path: Path) -> None:
    pl.DataFrame({"step": [10, 20], "piqa": [None, "45.2%"]}).write_parquet(tmp_path / "s.parquet")
    assert scores_of(planned(tmp_path, **CARD), "step", "score") == [(20, 0.452)]


@pytest.mark.parametrize("plain", ["0.461", "46.1", "0"])
def test_a_mixed_column_is_refused_cell_by_cell_and_no_other_column_with_it(
    tmp_path: Path, plain: str
) -> None:
    plan = plan_of(tmp_path, f"step,piqa,boolq\n10,{plain},0.5\n20,45.2%,0.6\n")
    assert scores_of(plan, "task", "score") == [("boolq", 0.5), ("boolq", 0.6)]
    places = [(b.place, b.value) for b in plan.settled.said.broken]
    assert places == [("line 2, column piqa", plain), ("line 3, column piqa", "45.2%")]


@pytest.mark.parametrize(("score", "error"), [("45.2%", "1.2"), ("45.2", "1.2%"), ("0.452", "1.2%")])
def test_an_error_is_written_as_its_score_is(tmp_path: Path, score: str, error: str) -> None:
    plan = plan_of(tmp_path, f"{LONG}10,piqa,acc,{score},{error}\n")
    assert plan.settled.scores.is_empty()
    (broken,) = plan.settled.said.broken
    assert (broken.place, broken.value) == ("line 2, column stderr", error)


def test_no_loss_has_a_percent_sign(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"{LONG}10,piqa,acc,45.2%,\n10,,val_loss,310%,\n")
    assert plan.settled.losses.is_empty()
    assert "line 3, column score" in said(plan.settled.said.broken)
    assert scores_of(plan, "score") == [(0.452,)]


@pytest.mark.parametrize("values", [("0.7", "45.2"), ("30.1", "45.2")])
def test_a_column_that_is_called_so_is_in_percent(tmp_path: Path, values: tuple[str, str]) -> None:
    plan = plan_of(tmp_path, f"step,piqa (%)\n10,{values[0]}\n20,{values[1]}\n")
    assert [s for (s,) in scores_of(plan, "score")] == pytest.approx([float(v) / 100 for v in values])
    assert not plan.open_questions()


def test_one_that_is_called_so_and_has_no_value_above_one_is_asked_about(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "step,piqa (%),boolq\n10,0.5,0.5\n20,0.9,0.6\n")
    (question,) = plan.open_questions()
    assert (question.key, question.options) == ("scores.scale", ("100", "1"))
    assert {task for (task,) in scores_of(plan, "task")} == {"boolq"}
