"""A run of one's own on a published axis of loss: foretold from others' curves, and seen when it falls off."""

import json
from pathlib import Path

import pytest

from emergence import watch as emergence_watch
from tests.pipelines.commands.test_cli import emergence

CARD = """
run = "mine"
params = 1000000000
tokens_per_step = 1000000
corpus = "pile_test"
unit = "bits_per_byte"
tokenizer = "gpt2"
family = "mine"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The embedded tables and one run of one's own, on the curve but for its newest checkpoint."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "emergence.toml").write_text(CARD)
    losses = {1000 * k: 1.0 - 0.025 * k for k in range(1, 9)}
    (folder / "losses.csv").write_text("step,loss\n" + "".join(f"{s},{v}\n" for s, v in losses.items()))
    rows = [f"{s},piqa,rc,acc,0,{0.5 if s == 8000 else 0.64 + s / 1e5},1838\n" for s in losses]
    rows += [f"{s},squad,generate,f1,0,0.3,100\n" for s in losses]
    (folder / "scores.csv").write_text("step,task,format,metric,n_shot,score,n_items\n" + "".join(rows))
    place = str(tmp_path_factory.mktemp("home"))
    for command in (["add", str(folder)], ["run"]):
        result = emergence("--home", place, *command, EMERGENCE_REPLICATES="50", EMERGENCE_OFFLINE="1")
        assert result.exit_code == 0, result.output
    return place


def test_the_checkpoint_that_fell_off_the_curve_is_named(home: str) -> None:
    result = emergence("--home", home, "compare", "own/mine")
    assert result.exit_code == 1, result.output
    assert "8 of 16 scores met a curve" in result.output
    assert "the newest checkpoint, step 8,000, fell off in 1" in result.output
    assert "8 no accuracy: only those are compared" in result.output
    alert = json.loads(result.output.splitlines()[-1])
    assert (alert["alert"], alert["step"], alert["run"]) == ("tasks off", 8000, "own/mine")
    found = json.loads(emergence("--home", home, "compare", "own/mine", "--json").output)
    assert {row["reference"] for row in found["rows"]} == {"cerebras_gpt"}
    assert len(found["rows"]) == 8
    worst = found["rows"][0]
    assert worst["checkpoint_id"] == "own/mine@8000000000"
    assert worst["score"] - worst["expected"] < -0.1
    assert worst["is_off"]


def test_a_watched_checkpoint_is_held_against_the_same_curves(home: str) -> None:
    told = {"unit": "bits_per_byte", "tokenizer": "gpt2", "home": Path(home), "n_items": {"piqa": 1838}}
    steady = [
        emergence_watch(
            "live", step, tokens=step * 1e6, losses={"pile_test": loss}, scores={"piqa": score}, **told
        )
        for step, loss, score in ((1000, 0.95, 0.62), (2000, 0.90, 0.65), (3000, 0.85, 0.66))
    ]
    assert not any(change.fell for change in steady)
    fallen = emergence_watch(
        "live", 4000, tokens=4e9, losses={"pile_test": 0.80}, scores={"piqa": 0.55}, **told
    )
    assert fallen.fell
    assert fallen.expected["score"].to_list() == [0.55]
    emergence("--home", home, "remove", "live")


def test_its_forecasts_come_from_the_curves_of_others(home: str) -> None:
    sql = "select source, loss, score from forecasts where scenario = 'own/mine'"
    rows = json.loads(emergence("--home", home, "query", sql, "--format", "json").output)
    assert rows
    assert {row["source"] for row in rows} == {"cerebras_gpt"}
    assert all(row["loss"] == pytest.approx(0.8) for row in rows)
    assert all(row["score"] is not None for row in rows)
