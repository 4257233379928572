"""What ``compare`` counts is of one kind, and headline, alert and exit code say the same of every run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.commands.test_cli import emergence

STEPS = range(1, 11)
TASKS = {
    ("hellaswag", "acc_norm", "rc", 0): (0.25, 0.45),
    ("mmlu", "acc", "mc", 5): (0.25, 0.10),
    ("arc_easy", "acc", "rc", 0): (0.25, 0.45),
    ("mytask", "acc", "mc", 5): (0.25, 0.40),
}
PIQA = ("piqa", "acc", "rc", 0)
"""On the axis of `pile_test` others have it; the runs below lie above and below their curve."""
RUNS: dict[str, tuple[str, dict[tuple[str, int], float]]] = {
    # Two runs of one axis, alike but for one score: who can say which of them is off?
    "good": ("pile_test", {}),
    "bad": ("pile_test", {("hellaswag", 10): 0.30}),
    # Three and more of another, so that each is held against the others; the third ends badly, as does the fourth
    # at losses that no other has.
    "one": ("ours", {}),
    "two": ("ours", {}),
    "three": ("ours", {("hellaswag", 10): 0.30, ("arc_easy", 10): 0.30}),
    "four": ("ours", {("hellaswag", 3): 0.60}),
    # Alone on its axis.
    "lone": ("theirs", {("hellaswag", 10): 0.30}),
}
PIQA_SCORES = {"good": 0.78, "bad": 0.50}


def _put(folder: Path, run: str, corpus: str, odd: dict[tuple[str, int], float]) -> str:
    folder.mkdir()
    (folder / "emergence.toml").write_text(f'run = "{run}"\ncorpus = "{corpus}"\nparams = 1000000000\n')
    shift = 0.004 * list(RUNS).index(run) if corpus == "ours" else 0.0
    losses = {k: 1.2 - 0.08 * (k - 1) ** 0.6 + shift for k in STEPS}
    text = "".join(f"{k},{k * 10**10},{loss:.5f}\n" for k, loss in losses.items())
    (folder / "loss.csv").write_text("step,tokens,val_bpb\n" + text)
    rows = []
    for (task, metric, form, n_shot), (floor, rise) in TASKS.items():
        for k in STEPS:
            noise = 0.004 * (-1) ** (k + round(shift / 0.004))
            score = odd.get((task, k), floor + rise * (1.2 - losses[k] + shift) / 0.3 + noise)
            rows.append(f"{k},{k * 10**10},{task},{metric},{score:.4f},{n_shot},1000,{form}\n")
    if corpus == "pile_test":
        task, metric, form, n_shot = PIQA
        rows += [
            f"{k},{k * 10**10},{task},{metric},{PIQA_SCORES[run]},{n_shot},1838,{form}\n" for k in (9, 10)
        ]
    (folder / "scores.csv").write_text(
        "step,tokens,task,metric,score,n_shot,n_items,format\n" + "".join(rows)
    )
    return str(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The embedded tables, and runs of one's own of which some fell, some lie above, some meet nobody."""
    top, place = tmp_path_factory.mktemp("runs"), str(tmp_path_factory.mktemp("home"))
    folders = [_put(top / run, run, corpus, odd) for run, (corpus, odd) in RUNS.items()]
    for command in (["add", *folders], ["run", "--source", "cerebras_gpt", "--source", "own"]):
        result = emergence("--home", place, *command, EMERGENCE_REPLICATES="50", EMERGENCE_OFFLINE="1")
        assert result.exit_code == 0, result.output
    return place


def _runs(home: str) -> list[str]:
    """Name one's own runs, and a few of another source."""
    sql = (
        "select distinct run_id from scores where source = 'own' or run_id like 'cerebras%1.3%' order by all"
    )
    asked = emergence("--home", home, "query", sql, "--format", "json")
    return [row["run_id"] for row in json.loads(asked.output)]


def _told(home: str, run: str) -> tuple[dict[str, Any], str, int]:
    """What `compare` says to machines and to people, with how it ends."""
    screen = emergence("--home", home, "compare", run)
    machine = emergence("--home", home, "compare", run, "--json")
    assert screen.exit_code == machine.exit_code, screen.output
    return json.loads(machine.output), screen.output, screen.exit_code


def test_of_every_run_the_counts_are_of_scores_and_all_that_is_said_agrees(home: str) -> None:
    runs = _runs(home)
    ends = set()
    for run in runs:
        found, screen, code = _told(home, run)
        said = "\n".join(line for line in screen.splitlines() if not line.startswith("{"))
        assert (code == 1) == (found["alert"] is not None) == ("fell off" in found["headline"]), screen
        assert set((found["alert"] or {"tasks": []})["tasks"]) <= set(re.findall(r"[\w+]+", said)), screen
        _check_counts(found)
        _check_screen(found, said)
        references = {
            row["reference"]
            for row in found["rows"]
            if not row["is_of_its_source"] and not row["extrapolated"]
        }
        assert all(name in found["basis"] for name in references), screen
        ends.add((code, "above it" in found["headline"]))
    assert {f"own/{run}" for run in RUNS} < set(runs)
    assert ends == {(0, False), (0, True), (1, False), (1, True)}, "the runs no longer hold every case"


def _check_counts(found: dict[str, Any]) -> None:
    """Counts against the rows themselves, and each within the one that it is a part of."""
    counts = found["counts"]
    met = [reason["n_scores"] for reason in found["reasons"] if reason["why"].startswith("met ")]
    assert sum(reason["n_scores"] for reason in found["reasons"]) == counts["n_scores"]
    assert counts["n_met"] == sum(met)
    assert counts["n_off"] == counts["n_below"] + counts["n_above"] <= counts["n_met"]
    assert counts["n_met"] + counts["n_beyond"] <= counts["n_scores"]
    off = {_score(row) for row in found["rows"] if row["is_off"]}
    below = {_score(row) for row in found["rows"] if row["is_off"] and row["score"] < row["expected"]}
    assert (counts["n_off"], counts["n_below"]) == (len(off), len(below))
    if found["alert"]:
        newest = {task for name, task, *_ in below if name == found["alert"]["checkpoint_id"]}
        assert set(found["alert"]["tasks"]) == newest


def _score(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("checkpoint_id", "task", "format", "metric", "n_shot"))


def _check_screen(found: dict[str, Any], said: str) -> None:
    """The numbers of each row of the table, and of the headline, are parts of what met a curve."""
    for row in found["rows"]:
        here = [
            other
            for other in found["rows"]
            if all(other[c] == row[c] for c in ("checkpoint_id", "corpus")) and other["is_off"]
        ]
        assert len({_score(other) for other in here}) <= row["n_met"]
    lines = said.splitlines()
    head = next((line for line in lines if line.startswith("checkpoint ")), None)
    if head is None or not found["counts"]["n_met"]:
        assert not found["counts"]["n_off"]
        return
    ends = {name: head.index(name) + len(name) for name in ("met", "below", "above")}
    for line in lines[lines.index(head) + 1 : next(k for k, t in enumerate(lines) if t.startswith("met: "))]:
        met, below, above = (int(line[: ends[name]].split()[-1] or 0) for name in ends)
        assert below + above <= met, line


def test_of_two_runs_nobody_can_say_which_is_off(home: str) -> None:
    for run in ("good", "bad"):
        found, screen, _ = _told(home, f"own/{run}")
        assert not any(row["is_of_its_source"] for row in found["rows"])
        assert "your other runs" not in found["basis"]
        assert "hellaswag" not in str(found["alert"])
    # The fall bends the curve that both draw, so a checkpoint before it may stand out, too.
    assert {row["task"] for row in found["undecided"]} == {"hellaswag"}
    lies = "score lies" if len(found["undecided"]) == 1 else "scores lie"
    assert f"Not counted: {len(found['undecided'])} {lies}" in screen
    assert "hellaswag rc at step 10, below" in screen


def test_of_three_runs_the_one_that_fell_is_named_and_the_others_are_not(home: str) -> None:
    found, screen, code = _told(home, "own/three")
    assert (code, found["alert"]["tasks"]) == (1, ["arc_easy", "hellaswag"])
    assert found["headline"].startswith(
        "40 of 40 scores met a curve (40 only that of your other runs); 2 are off it"
    )
    assert "fell off in 2 of the 4 that met one" in found["headline"]
    assert "hellaswag rc 0.300 against" in screen
    assert found["basis"].startswith("Rests on 40 scores against your other runs, this run held out; ")
    assert [_told(home, f"own/{run}")[2] for run in ("one", "two", "four")] == [0, 0, 0]


def test_a_loss_that_no_other_run_surrounds_met_none_of_them(home: str) -> None:
    found, _, _ = _told(home, "own/one")
    assert (found["counts"]["n_met"], found["counts"]["n_beyond"]) == (36, 4)


def test_a_score_above_its_curve_did_not_fall_off(home: str) -> None:
    found, screen, code = _told(home, "own/good")
    assert (code, found["alert"], found["counts"]["n_below"]) == (0, None, 0)
    assert "lies above it in 2 of the 2 that met one" in found["headline"]
    assert "Fell off" not in screen
    both, screen, code = _told(home, "own/bad")
    assert (code, both["alert"]["tasks"]) == (1, ["piqa"])
    assert "fell off in 1 and lies above it in 1 of the 2 that met one" in both["headline"]
    assert "Fell off at step 10: piqa rc 0.500 against" in screen
