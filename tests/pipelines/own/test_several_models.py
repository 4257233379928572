"""A folder of models, each with its log and its evaluations: what names no model is of the one beside it."""

from pathlib import Path

from pipelines.own.report import as_json
from pipelines.own.say import say_plan
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import harness, planned, write

SIZES = ("70m", "160m", "410m", "1b", "3b")
ANSWERS = {"corpus": "c4_en", "unit": "nats_per_token", "tokens_per_step": 1000, "tokenizer": "gpt2"}


def ladder(top: Path) -> Path:
    for k, size in enumerate(SIZES):
        for step in (1000, 2000):
            results = {"piqa": {"acc,none": 0.5 + k / 20 + step / 1e5}}
            document = harness(results, model=f"me/m-{size},revision=step{step}")
            write(top / size / f"step{step}" / "results.json", document | {"model_name": f"me/m-{size}"})
        rows = [{"step": step, "eval_loss": 4 - k / 10 - step / 1e4} for step in (1000, 2000)]
        write(top / size / "trainer_state.json", {"global_step": 2000, "log_history": rows})
    return top


def test_a_log_is_of_the_model_that_is_evaluated_beside_it(tmp_path: Path) -> None:
    plan = planned(ladder(tmp_path), **ANSWERS)
    (question,) = plan.open_questions()
    assert "me/m-160m, me/m-1b, me/m-3b, me/m-410m and 1 more differ at the same steps" in question.text
    settled = plan.answered({"runs": "several"}).settled
    runs = {f"me/m-{size}" for size in SIZES}
    assert set(settled.losses["run"]) == set(settled.scores["run"]) == runs
    assert settled.losses.group_by("run").len()["len"].to_list() == [2] * len(SIZES)


def test_a_log_beside_two_models_is_of_neither(tmp_path: Path) -> None:
    for name in "ab":
        document = harness({"piqa": {"acc,none": 0.5}}, model=f"me/{name},revision=step1000")
        write(tmp_path / "all" / f"{name}.json", document | {"model_name": f"me/{name}"})
    write(tmp_path / "all" / "losses.csv", "tokens,val_loss\n1000000,3.1\n2000000,3.0\n")
    settled = planned(tmp_path, run="mine", runs="several", **ANSWERS).settled
    assert set(settled.losses["run"]) == {"mine"}


def test_seeds_of_one_recipe_train_on_one_text(tmp_path: Path) -> None:
    write(tmp_path / "log.csv", "tokens,train_loss,val_loss\n1000000,3.2,3.1\n")
    settled = planned(tmp_path, run="mine-0", recipe="mine", **ANSWERS).settled
    assert sorted(settled.losses["corpus"]) == ["c4_en", "mine (train)"]


def test_what_is_listed_is_in_order_and_what_is_not_shown_is_counted(tmp_path: Path) -> None:
    tasks = {f"own_task_{k:02}": {"acc_norm,none": 0.3, "acc,none": 0.4} for k in range(14)}
    write(tmp_path / "step1000" / "results.json", harness(tasks, model="/ck/step1000"))
    plan = planned(tmp_path, **ANSWERS)
    lines = list(say_plan(plan, ()))
    assert [row["metric"] for row in as_json(plan, (), None)["tasks"]] == ["acc", "acc_norm"] * 14
    assert "     16 of 16 more settings" in lines
    assert "  2 more tasks that nobody else has (--json tells all)" in lines


def test_a_size_may_be_written_as_ask_takes_it(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "losses.csv", "tokens,val_loss\n1000000,3.1\n")
    base = ("--home", str(tmp_path / "home"), "add", str(tmp_path / "mine"), "--tokens-per-step", "1000")
    told = emergence(*base, "--corpus", "c4_en", "--unit", "nats_per_token", "--params", "7e9")
    assert told.exit_code == 0, told.output
    assert "params = 7000000000" in (tmp_path / "mine" / "emergence.toml").read_text()
    for wrong in ("7.5", "7B"):
        refused = emergence(*base, "--params", wrong)
        assert refused.exit_code == 2
        assert f"--params {wrong}: expected a whole number above 0" in refused.output


def test_a_map_tells_the_seeds_of_a_table_apart(tmp_path: Path) -> None:
    rows = [
        f"{name},{seed},{step},{0.2 + step / 1e5 + seed / 1e3}\n"
        for name in ("a", "b")
        for seed in (5, 6)
        for step in (1000, 2000)
    ]
    table = write(tmp_path / "t" / "evals.csv", "runname,seed,steps,hellaswag/acc\n" + "".join(rows))
    asked = {**ANSWERS, "step_counts": "steps", "scores.format": "rc", "scores.n_shot": 0}
    plan = planned(table.parent, **asked)
    assert "(run, seed, task, corpus … = 'seed'" in plan.settled.said.broken[0].fix
    assert plan.settled.scores.is_empty()
    score = {"hellaswag/acc": {"task": "hellaswag", "metric": "acc"}}
    told = {"step": "steps", "run": "runname", "seed": "seed", "scores": score}
    scores = planned(table.parent, **asked, tables={"evals.csv": told}).settled.scores
    assert scores["run"].unique().sort().to_list() == ["a/seed5", "a/seed6", "b/seed5", "b/seed6"]
    assert scores.height == 8
    # By the seed alone two recipes would be one run.
    mixed = {name: column for name, column in told.items() if name != "run"}
    assert planned(table.parent, **asked, tables={"evals.csv": mixed}).settled.scores.is_empty()
