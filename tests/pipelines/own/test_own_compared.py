"""A run of one's own on a published axis of loss: foretold from others' curves, and seen when it falls off."""

import json
from pathlib import Path

import pytest

from emergence import watch as emergence_watch
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse.home import Warehouse
from tests.pipelines.commands.test_cli import emergence
from tests.tools.apart import compare_with_whole

CARD = """
run = "mine"
params = 1000000000
tokens_per_step = 1000000
corpus = "pile_test"
unit = "bits_per_byte"
tokenizer = "gpt2"
family = "mine"
"""


def put_seed(folder: Path, recipe: str, seed: int, score: float) -> Path:
    """One of two seeds of a recipe, on a text of its own; they differ by a point."""
    folder.mkdir()
    told = f'run = "{recipe}{seed}"\nrecipe = "{recipe}"\nseed = {seed}\ntokens_per_step = 1000000\nparams = 1000\n'
    (folder / "emergence.toml").write_text(told + 'corpus = "ours"\nunit = "bits_per_byte"\n')
    losses = [f"{1000 * k},{(1.5 if recipe == 'a' else 1.51) - 0.1 * k}\n" for k in range(1, 5)]
    (folder / "losses.csv").write_text("step,loss\n" + "".join(losses))
    rows = [f"{1000 * k},piqa,rc,acc,0,{score + 0.02 * k + 0.01 * seed},1838\n" for k in range(1, 5)]
    (folder / "scores.csv").write_text("step,task,format,metric,n_shot,score,n_items\n" + "".join(rows))
    return folder


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
    top = tmp_path_factory.mktemp("seeds")
    seeds = [
        str(put_seed(top / f"{name}{seed}", name, seed, score))
        for name, score in (("a", 0.6), ("b", 0.5))
        for seed in (1, 2)
    ]
    for command in (["add", str(folder), *seeds], ["run"]):
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


def test_rows_of_ones_own_are_made_apart_and_are_those_of_the_whole(home: str) -> None:
    warehouse = Warehouse(Settings(home=Path(home), offline=True), SOURCES)
    apart = [model for model in warehouse.models.values() if model.head.is_apart]
    found = compare_with_whole(apart, warehouse.store, warehouse.lineage)
    assert {"observations", "loss_scores", "score_curves", "claim_rows"} <= set(found)


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
    assert "own" not in {row["source"] for row in rows}
    assert all(row["loss"] == pytest.approx(0.8) for row in rows)
    # DeepSeek's models, on the same axis, all have lower losses.
    met = [row for row in rows if row["source"] == "cerebras_gpt"]
    assert met
    assert all(row["score"] is not None for row in met)


def test_two_recipes_are_held_against_each_other_over_their_seeds(home: str) -> None:
    shown = emergence("--home", home, "compare", "own/a1", "--with", "own/b2")
    assert shown.exit_code == 0, shown.output
    assert "1 setting in common with own/b2; surely better in 1, surely worse in 0" in shown.output
    found = json.loads(emergence("--home", home, "compare", "own/a1", "--with", "own/b2", "--json").output)
    assert found["repeats"] == ["own/a1", "own/a2"]
    assert found["other_repeats"] == ["own/b1", "own/b2"]
    (row,), (axis,) = found["rows"], found["losses"]
    assert (row["tokens"], row["n_seeds"], row["n_seeds_other"]) == (4_000_000_000, 2, 2)
    assert row["difference"] == pytest.approx(0.1)
    # At the loss of `a` the other, a tenth of a step behind, would be 0.002 better.
    assert row["difference_at_loss"] is None
    assert axis["difference"] == pytest.approx(-0.01)
    back = json.loads(emergence("--home", home, "compare", "own/b1", "--with", "own/a1", "--json").output)
    assert back["rows"][0]["difference_at_loss"] == pytest.approx(-0.1 + 0.002)


def test_seeds_of_one_recipe_are_held_against_each_other_one_by_one(home: str) -> None:
    found = json.loads(emergence("--home", home, "compare", "own/a2", "--with", "own/a1", "--json").output)
    assert (found["repeats"], found["other_repeats"]) == (["own/a2"], ["own/a1"])
    assert found["rows"][0]["difference"] == pytest.approx(0.01)
    assert not found["rows"][0]["is_sure"]
    assert "another seed would give is unknown" in found["basis"]


def test_seeds_of_ones_own_are_repeats_by_their_recipe(home: str) -> None:
    sql = "select recipe, n_seeds from seed_repeats where source = 'own' order by all"
    rows = json.loads(emergence("--home", home, "query", sql, "--format", "json").output)
    assert {(row["recipe"], row["n_seeds"]) for row in rows} == {("a", 2), ("b", 2)}


@pytest.mark.parametrize("other", ["own/b3", "cerebras_gpt/cerebras-gpt-2.7b"])
def test_two_runs_with_nothing_in_common_say_so(home: str, other: str) -> None:
    result = emergence("--home", home, "compare", "own/a1", "--with", other)
    assert result.exit_code == 2
    assert "own/b1" in result.output if other == "own/b3" else "share no task" in result.output
