"""What stands in the drop folder is never lost without a word, nor counted twice under two names."""

import json
import shutil
from pathlib import Path

import emergence as library
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import harness, write

ANSWER = ("--tokens-per-step", "1000000")


def results(folder: Path, *steps: int) -> Path:
    for step in steps:
        document = harness({"piqa": {"acc,none": 0.6 + step / 1e5}}, model=f"/ck/step{step}")
        write(folder / f"step{step}" / "results.json", document)
    return folder


def test_a_part_that_takes_the_place_of_the_whole_is_said(tmp_path: Path) -> None:
    home, mine = ("--home", str(tmp_path / "home")), results(tmp_path / "mine", 1000, 2000, 3000)
    assert emergence(*home, "add", str(mine), *ANSWER).exit_code == 0
    part = results(tmp_path / "part", 3000)
    tried = emergence(*home, "add", str(part), "--run", "mine", *ANSWER, "--dry-run")
    put = emergence(*home, "add", str(part), "--run", "mine", *ANSWER)
    for said in (tried.output, put.output):
        assert "no longer in it: step1000/results.json and 1 more" in said
    again = emergence(*home, "add", str(mine), "--json")
    assert json.loads(again.output)[0]["no_longer_in_it"] == []


def test_what_a_training_put_there_is_not_replaced(tmp_path: Path) -> None:
    home, mine = tmp_path / "home", results(tmp_path / "mine", 1000)
    library.watch("mine", step=500, tokens=5e8, scores={"piqa": 0.55}, home=home)
    for more in (("--dry-run",), ()):
        refused = emergence("--home", str(home), "add", str(mine), *ANSWER, *more)
        assert refused.exit_code == 2
        assert "remove own/mine" in " ".join(refused.output.split())
    watched = home / "drop" / "mine" / "watched_scores.csv"
    assert "500,500000000,piqa" in watched.read_text()
    shutil.copy(watched, mine)
    both = emergence("--home", str(home), "add", str(mine), *ANSWER)
    assert "2 scores at 2 checkpoints" in both.output
    assert "mine: replaced" in both.output


def test_one_run_under_two_names_is_said(tmp_path: Path) -> None:
    home, mine = ("--home", str(tmp_path / "home")), results(tmp_path / "mine", 1000, 2000)
    first = emergence(*home, "add", str(mine), "--run", "before", *ANSWER)
    assert "same files" not in first.output
    renamed = emergence(*home, "add", str(mine), "--run", "after", *ANSWER)
    assert "own/before holds the same files" in renamed.output
    emergence(*home, "remove", "own/before")
    assert "same files" not in emergence(*home, "add", str(mine)).output


def test_a_run_that_lies_in_another_is_said(tmp_path: Path) -> None:
    home, both = ("--home", str(tmp_path / "home")), tmp_path / "both"
    results(both / "one", 1000, 2000)
    for step in (1000, 2000):
        document = harness({"piqa": {"acc,none": 0.9 - step / 1e5}}, model=f"/ck/step{step}")
        write(both / "two" / f"step{step}" / "results.json", document)
    emergence(*home, "add", str(both), *ANSWER, "--set", "runs=several")
    (both / "emergence.toml").unlink()
    part = emergence(*home, "add", str(both / "one"), *ANSWER)
    assert "own/both holds the same files" in part.output
    other = emergence(*home, "add", str(results(tmp_path / "other", 1000, 3000)), *ANSWER)
    assert "same files" not in other.output


def test_a_run_is_named_as_it_is_published_or_without(tmp_path: Path) -> None:
    home, mine = tmp_path / "home", results(tmp_path / "mine", 1000)
    library.watch("own/live", step=500, tokens=5e8, scores={"piqa": 0.55}, home=home)
    for name, what in (("own/one", "added"), ("one", "unchanged")):
        assert (
            f"one: {what}" in emergence("--home", str(home), "add", str(mine), "--run", name, *ANSWER).output
        )
    assert sorted(path.name for path in (home / "drop").iterdir()) == ["live", "one"]
    assert emergence("--home", str(home), "remove", "own/live", "own/one").exit_code == 0
