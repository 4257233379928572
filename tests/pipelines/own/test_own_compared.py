"""A run of one's own on a published axis of loss: foretold from others' curves, and seen when it falls off."""

import json

import pytest

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
    rows = [f"{s},piqa,rc,acc,0,{0.95 if s == 8000 else 0.64 + s / 1e5},1838\n" for s in losses]
    (folder / "scores.csv").write_text("step,task,format,metric,n_shot,score,n_items\n" + "".join(rows))
    place = str(tmp_path_factory.mktemp("home"))
    for command in (["add", str(folder)], ["run"]):
        result = emergence("--home", place, *command, EMERGENCE_REPLICATES="50", EMERGENCE_OFFLINE="1")
        assert result.exit_code == 0, result.output
    return place


def test_the_checkpoint_that_fell_off_the_curve_is_named(home: str) -> None:
    result = emergence("--home", home, "compare", "own/mine")
    assert result.exit_code == 0, result.output
    assert "the newest, @8000000000, fell off in 1" in result.output
    found = json.loads(emergence("--home", home, "compare", "own/mine", "--json").output)
    assert {row["reference"] for row in found["rows"]} == {"cerebras_gpt"}
    worst = found["rows"][0]
    assert worst["checkpoint_id"] == "own/mine@8000000000"
    assert worst["score"] - worst["expected"] > 0.2
    assert worst["is_off"]


def test_its_forecasts_come_from_the_curves_of_others(home: str) -> None:
    sql = "select source, loss, score from forecasts where scenario = 'own/mine'"
    rows = json.loads(emergence("--home", home, "query", sql, "--format", "json").output)
    assert rows
    assert {row["source"] for row in rows} == {"cerebras_gpt"}
    assert all(row["loss"] == pytest.approx(0.8) for row in rows)
    assert all(row["score"] is not None for row in rows)
