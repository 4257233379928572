"""Standard errors that stand in columns of their own are of the score whose name they bear, and of no other."""

from pathlib import Path
from typing import Any

import pytest

from tests.tools.own_files import planned, said, write

ANSWERS = {"tokens_per_step": 1000, "step_counts": "steps", "scores.format": "rc", "scores.n_shot": 0}


def found(folder: Path, table: str, **more: Any) -> dict[tuple[str, str], tuple[float, float | None]]:
    """Return the score and its error, by task and metric, of a table with one row a checkpoint."""
    write(folder / "scores.csv", table)
    scores = planned(folder, **ANSWERS, **more).settled.scores
    return {
        (task, metric): (score, error)
        for task, metric, score, error in zip(
            scores["task"], scores["metric"], scores["score"], scores["stderr"], strict=True
        )
    }


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("piqa/acc,piqa/acc_stderr,hellaswag/acc_norm,hellaswag/acc_norm_stderr", "0.55,0.02,0.27,0.004"),
        ("hellaswag/acc_norm_stderr,piqa/acc_stderr,piqa/acc,hellaswag/acc_norm", "0.004,0.02,0.55,0.27"),
        ("piqa_acc,piqa_acc_std_err,hellaswag_acc_norm,hellaswag_acc_norm_stderr", "0.55,0.02,0.27,0.004"),
        ("piqa/acc,piqa/acc_stderr,hellaswag/acc_norm,hellaswag/acc_norm_stderr", "55%,2%,27%,0.4%"),
    ],
)
def test_an_error_is_of_the_score_whose_name_it_bears(tmp_path: Path, header: str, cells: str) -> None:
    assert found(tmp_path, f"step,{header}\n1000,{cells}\n") == {
        ("piqa", "acc"): (0.55, pytest.approx(0.02)),
        ("hellaswag", "acc_norm"): (0.27, pytest.approx(0.004)),
    }


def test_a_bare_error_is_of_the_only_score_or_of_none(tmp_path: Path) -> None:
    assert found(tmp_path / "one", "step,piqa/acc,stderr\n1000,0.55,0.02\n") == {
        ("piqa", "acc"): (0.55, 0.02)
    }
    rows = "step,task,acc,stderr\n1000,piqa,0.55,0.02\n"
    assert found(tmp_path / "task", rows) == {("piqa", "acc"): (0.55, 0.02)}
    rows = "step,metric,value,stderr\n1000,piqa/acc,0.55,0.02\n"
    assert found(tmp_path / "long", rows) == {("piqa", "acc"): (0.55, 0.02)}
    two = write(tmp_path / "two" / "scores.csv", "step,piqa/acc,hellaswag/acc,stderr\n1000,0.55,0.3,0.02\n")
    plan = planned(two.parent, **ANSWERS)
    assert plan.settled.scores["stderr"].to_list() == [None, None]
    assert "a standard error of no score that stands beside it" in said(plan.settled.said.left)


def test_an_error_with_another_sign_than_its_score_is_refused_and_the_score_stays(tmp_path: Path) -> None:
    rows = "step,piqa/acc,piqa/acc_stderr\n1000,55%,0.02\n"
    assert found(tmp_path, rows) == {("piqa", "acc"): (0.55, None)}
    assert "a percent sign in the score or in its error alone" in said(
        planned(tmp_path, **ANSWERS).settled.said.broken
    )


def test_a_map_says_whose_an_error_is(tmp_path: Path) -> None:
    told = {"step": "step", "scores": {"p": {"task": "piqa", "metric": "acc", "stderr": "e"}}}
    rows = "step,p,e\n1000,0.55,0.02\n"
    assert found(tmp_path, rows, tables={"scores.csv": told}) == {("piqa", "acc"): (0.55, 0.02)}
