"""What two files or rows of one step say unlike: told apart by what stands beside, or asked; never the later one."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.own.card.text import Answer
from pipelines.own.plan import Plan
from pipelines.own.settling.repeats import OLDER
from tests.tools.own_files import Json, harness, old_harness, planned, said, scores_of, write

LOSS = {"corpus": "c4_en", "unit": "nats_per_token", "tokens_per_step": 1000, "step_counts": "steps"}


def test_models_evaluated_by_turns_are_asked_about(tmp_path: Path) -> None:
    for step, model in ((1000, "A"), (2000, "B"), (3000, "A")):
        document = harness({"piqa": {"acc,none": step / 1e4}}, model=f"org/{model},revision=step{step}")
        write(tmp_path / f"{step}.json", document | {"model_name": f"org/{model}"})
    asked = planned(tmp_path, **LOSS)
    assert [q.key for q in asked.open_questions()] == ["runs"]
    assert asked.settled.scores.is_empty()
    several = scores_of(asked.answered({"runs": "several"}), "run", "step")
    assert sorted(several) == [("org/A", 1000), ("org/A", 3000), ("org/B", 2000)]
    write(tmp_path / "2000.json", harness({"piqa": {"acc,none": 0.2}}, model="/home/me/org/A/step2000"))
    assert len(scores_of(planned(tmp_path, **LOSS), "step")) == 3


@pytest.mark.parametrize(
    ("form", "unlike", "asked_about"),
    [
        ("new", {"model_sha": "bbb"}, "a.json"),
        ("old", {"model_args": "pretrained=ck/step10,peft=me/lora"}, "a.json"),
        ("new", {"gen_kwargs": {"temperature": 1}}, "a.json"),
        ("old", {"limit": 10}, "b.json"),
        ("new", {"model_args": "pretrained=ck/step10,device=cuda:1"}, None),
    ],
)
def test_one_step_that_was_evaluated_otherwise_is_asked_about(
    tmp_path: Path, unlike: Json, asked_about: str | None, form: str
) -> None:
    config: Json = {"model_args": "pretrained=ck/step10,device=cuda:0", "model_sha": "aaa", "num_fewshot": 0}
    for date, (name, told) in enumerate((("a", config), ("b", config | unlike))):
        metrics = {"piqa": {"acc": 0.6 + date / 10, "acc_norm": 0.6 + date / 10}}
        new = harness(metrics, model="ck/step10", more={"config": told})
        made = old_harness(metrics, **told) if form == "old" else new
        write(tmp_path / f"{name}.json", made | {"date": float(date)})
    plan = planned(tmp_path, **LOSS)
    if asked_about is None:
        assert set(scores_of(plan, "score", "file")) == {(0.7, "b.json")}
        return
    key = f'files."{asked_about}".skip'
    assert [q.key for q in plan.open_questions()] == [key]
    assert plan.settled.scores.is_empty()
    assert set(scores_of(plan.answered({key: False}), "score", "file")) == {(0.7, "b.json")}
    other = "b.json" if asked_about == "a.json" else "a.json"
    assert set(scores_of(plan.answered({key: True}), "file")) == {(other,)}


def test_columns_that_are_called_by_their_step_alone_are_of_one_run(tmp_path: Path) -> None:
    table = "dataset,version,metric,mode,step1000,step2000\npiqa,47bff9,accuracy,ppl,60.1,61.2\n"
    write(tmp_path / "summary.csv", table)
    plan = planned(tmp_path, **LOSS).answered({"scores.n_shot": 0, "scores.format": "rc"})
    assert scores_of(plan, "run", "step") == [(tmp_path.name, 1000), (tmp_path.name, 2000)]


def table(folder: Path, *rows: str, name: str = "v.csv") -> Plan:
    write(folder / name, "\n".join(rows) + "\n")
    return planned(folder, **LOSS | {"scores.format": "rc", "scores.n_shot": 0})


@pytest.mark.parametrize(
    ("column", "one", "two"),
    [
        *(("seed", "0", "1"), ("params", "160M", "70M"), ("lr", "1e-3", "3e-4")),
    ],
)
def test_rows_of_one_step_that_a_column_tells_apart_are_never_the_later_one(
    tmp_path: Path, column: str, one: str, two: str
) -> None:
    rows = (f"1000,{one},3.2", f"2000,{one},3.0", f"1000,{two},3.4", f"2000,{two},3.3")
    for order in (rows, sorted(rows)):
        plan = table(tmp_path, f"step,{column},val_loss", *order)
        assert plan.settled.losses.is_empty()
        ((place, rule, fix),) = [(b.place, b.rule, b.fix) for b in plan.settled.said.broken]
        assert (place, rule) == ("line 2, column val_loss", "rows_contradict")
        assert f"differ by column {column!r} ({one}, {two})" in fix
    mapped: dict[str | tuple[str, ...], Answer] = {("tables", "v.csv", "losses", "val_loss", "use"): True}
    for name, value in {"step": "step", "counts": "steps", "run": column}.items():
        mapped["tables", "v.csv", name] = value
    told = plan.answered(mapped)
    called = {f"{tmp_path.name}/{name}" if name.isdecimal() else name for name in (one, two)}
    assert set(told.settled.losses["run"]) == called
    assert told.settled.losses.height == 4


def test_a_table_that_a_training_taken_up_again_wrote_holds_the_later_values(tmp_path: Path) -> None:
    rows = ("1000,1,a,3.3", "2000,2,a,3.1", "3000,3,a,3.0", "4000,4,a,2.9", "2000,5,b,3.2", "2500,6,b,3.1")
    plan = table(tmp_path, "step,at,host,val_loss", *(r.replace(",", ",2025-01-0", 1) for r in rows))
    assert plan.settled.losses.select("step", "loss").rows() == [(1000, 3.3), (2000, 3.2), (2500, 3.1)]
    assert "logged again after a restart" in said(plan.settled.said.left)


@pytest.mark.parametrize(
    ("header", "row", "held_out"),
    [
        ("step,loss,val_loss", "10,4.2,4.1", {"loss": False, "val_loss": None}),
        ("step,loss,lr,grad_norm", "10,4.2,1e-3,0.5", {"loss": False}),
        (
            "step,variable,value",
            "10,train_loss,4.2\n10,val_loss,4.1",
            {"train_loss": False, "val_loss": None},
        ),
        ("step,val_loss,loss_ema,smoothed_val_loss", "10,4.2,4.4,4.4", {"val_loss": None}),
        ("step,loss", "10,4.2", {"loss": None}),
        ("Step,Training Loss,Validation Loss", "10,No log,4.2", {"Validation Loss": None}),
        ("step,task,loss", "10,wikitext,4.2", {"loss": None}),
        ("step,split,loss", "10,train,4.2\n10,val,4.1", {"loss (train)": False, "loss": None}),
    ],
)
def test_the_loss_of_a_training_is_on_no_held_out_text_and_a_smoothed_one_is_none(
    tmp_path: Path, header: str, row: str, held_out: dict[str, bool | None]
) -> None:
    found = table(tmp_path, header, row).settled.losses
    assert dict(found.select("key", "held_out").rows()) == held_out
    assert all(
        corpus.endswith("(train)") == (told is False)
        for corpus, told in found.select("corpus", "held_out").rows()
    )


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ('step,"hellaswag/acc_norm,none"', "10,0.3", ("hellaswag", "acc_norm", 0)),
        ("step,results.hellaswag_10shot.acc", "10,0.3", ("hellaswag", "acc", 10)),
        ("step,task,acc", "10,piqa,0.3", ("piqa", "acc", 0)),
        (
            "checkpoint,task,metric,filter,value",
            "step10,gsm8k,exact_match,strict-match,0.3",
            ("gsm8k", "exact_match_strict", 0),
        ),
        ("step,tag,value", "10,piqa_5shot/acc,0.3", ("piqa", "acc", 5)),
        ("step,task,num_shots,acc", "10,piqa,5,0.3\n10,average,5,0.4", ("piqa", "acc", 5)),
    ],
)
def test_columns_say_tasks_metrics_shots_and_filters(
    tmp_path: Path, header: str, row: str, expected: tuple[str, str, int]
) -> None:
    assert scores_of(table(tmp_path, header, row), "task", "metric", "n_shot", "score") == [(*expected, 0.3)]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        *(
            ('"3,21"', "for the point"),
            ('"1,234"', "thousands"),
            ("1.5B", "rounded"),
            ("61%", "percent sign"),
        ),
        *(("0.6±0.1", "its error"), ("#N/A", "leave the cell empty"), ("nan", "leave the cell empty")),
    ],
)
def test_a_cell_that_is_no_number_is_told_what_it_seems_to_be(tmp_path: Path, cell: str, says: str) -> None:
    (broken,) = table(tmp_path, "step,val_loss", f"10,{cell}").settled.said.broken
    assert (broken.place, says in broken.fix) == ("line 2, column val_loss", True)


@pytest.mark.parametrize(
    "rows",
    [
        "step,val_loss\n10,{}\n20,{}\n",
        "step 10: train loss {0}, val loss {0}\nstep 20: train loss {1}, val loss {1}\n",
    ],
)
def test_files_of_two_seeds_are_asked_about_and_a_training_taken_up_again_is_not(
    tmp_path: Path, rows: str
) -> None:
    write(tmp_path / "seed0.txt", rows.format(9.2, 9.1))
    write(tmp_path / "seed1.txt", rows.format(9.4, 9.3))
    asked = planned(tmp_path, **LOSS)
    assert [q.key for q in asked.open_questions()] == ["runs"]
    assert asked.settled.losses.is_empty()
    several = asked.answered({"runs": "several"}).settled.losses
    assert sorted(several["run"].unique()) == [f"{tmp_path.name}/seed0", f"{tmp_path.name}/seed1"]
    texts = asked.answered({'files."seed0.txt".corpus': "mine", 'files."seed1.txt".corpus': "yours"})
    named = asked.answered({'files."seed0.txt".run': "one", 'files."seed1.txt".run': "two", "run": "mine"})
    assert sorted(named.settled.losses["run"].unique()) == ["one", "two"]
    held_out = texts.settled.losses.filter(pl.col("held_out").fill_null(True))
    assert set(held_out["corpus"]) == {"mine", "yours"}
    write(tmp_path / "seed1.txt", rows.replace("20", "30").replace("10", "20").format(9.4, 9.3))
    assert not planned(tmp_path, **LOSS).open_questions()


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffsep=;\r\nstep;val_loss\r\n10;3,2\r\n20;3,1\r\n",
        "\n# a note\n# another, longer\nstep,val_loss\n\n10,3.2\n20,3.1\n",
        "# step,val_loss\n1.0e+01,3.2\n2.0e+01,3.1\n",
        '[{"step": 10, "val_loss": 3.2}, {"step": 20, "val_loss": 3.1}]',
        '{"step": [10, 20], "val_loss": [3.2, 3.1]}',
        '{"step": {"0": 10, "1": 20}, "val_loss": {"0": 3.2, "1": 3.1}}',
        '{"step10": {"val_loss": 3.2}, "step20": {"val_loss": 3.1}}',
        '{"step": 0, "lr": 0.1}\n{"step": 10, "val_loss": 3.2}\n{"step": 20, "val_loss": 3.1}\n',
        "_step;global_step;val/loss\n0;10;3,2\n1;20;3,1\n",
    ],
)
def test_tables_as_spreadsheets_numpy_and_pandas_write_them(tmp_path: Path, content: str) -> None:
    found = table(tmp_path, content.rstrip("\n"), name="v.txt").settled.losses
    assert found.select("step", "loss").rows() == [(10, 3.2), (20, 3.1)]


def test_one_object_of_a_checkpoint_is_its_scores_and_a_configuration_is_none(tmp_path: Path) -> None:
    write(tmp_path / "step10/r.json", '{\n "hellaswag": {\n  "acc": 0.3}}\n')
    write(tmp_path / "step10/args.json", '{\n "lr": 1, "optim": {"betas": [0.9, 0.95]}}\n')
    plan = planned(tmp_path, **LOSS | {"scores.format": "rc", "scores.n_shot": 0})
    assert scores_of(plan, "task", "metric", "score") == [("hellaswag", "acc", 0.3)]
    assert not plan.settled.said.broken


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (("step;val_loss", "1.000;3.2"), "dot between thousands"),
        (("_step;global_step;val/loss", "0;1.000;3,2"), "between thousands"),
        (("tokens,val_loss", "1,3.9", "20,3.0"), "the tokens of v.csv end at 20"),
        (("tokens_B,val_loss", "1.5,3.9"), "'tokens_B' counts thousands or more"),
        (("step (k),val_loss", "1,3.9"), "'step (k)' counts thousands or more"),
        (("epoch,loss,val_loss", "0,4.2,4.1"), "'epoch' can be mapped"),
        (("step,task,acc,loss", "10,piqa,0.6,1.2", "10,mmlu,0.3,1.3"), "a loss of answers"),
        (("step,prompt_id,val_loss", "10,0,3.2", "10,1,3.3"), "differ by column 'prompt_id' (0, 1)"),
        (("_step,global_step,seed,val/loss", "0,10,0,3.2", "0,10,1,3.3"), "differ by column 'seed'"),
        (('{"results": {"piqa": {"acc": 0.6}}, "n-shot": {"piqa": 0}, "step": 10}',) * 2, "as written"),
        (("epoch,step,seed,val_loss", "0,10,0,3.2", "0,10,1,3.3"), "differ by column 'seed'"),
        (("run,step,val_loss", "mean,10,3.2"), "mean or spread over runs"),
        (("step,val_loss", "1,50", "2,33", "3,21", "4,9", "5,8.5", "6,8.1", "7,8"), "which unit"),
        (("step,val_loss", "10,3.2,"), "its header has 2 cells, and the row below it 3"),
        (("[1/9] loss 10.9", "[2/9] loss 10.8"), "and no table: CSV with a header"),
    ],
)
def test_what_may_be_misread_is_asked_or_refused_with_what_to_do(
    tmp_path: Path, rows: tuple[str, ...], says: str
) -> None:
    plan = table(tmp_path, *rows)
    assert plan.settled.losses.is_empty()
    asked = [q.text for q in plan.open_questions()]
    assert says in said([*plan.settled.said.broken, *plan.settled.said.left, *asked])


@pytest.mark.parametrize(
    ("named", "corpus"),
    [
        ("c4", "c4"),
        ("C4", "C4"),
        ("loss_pile", "loss_pile"),
        ("dclm", "dclm"),
        ("dolma_common-crawl", "dolma_common_crawl"),
        ("paloma/c4_en", "c4_en"),
        ("c4_en", "c4_en"),
    ],
)
def test_what_one_publisher_calls_a_text_is_no_text_of_ones_own(
    named: str, corpus: str, tmp_path: Path
) -> None:
    write(tmp_path / "v.csv", "step,val_loss\n10,4.2\n")
    plan = planned(tmp_path, **LOSS | {"corpus": named})
    assert plan.settled.losses["corpus"].to_list() == [corpus]


def test_of_a_score_in_two_versions_the_second_counts(tmp_path: Path) -> None:
    name = "eval/downstream/piqa_rc_5shot (length-normalized accuracy"
    rows = "".join(f"{step},{step}000000,0.6{step},0.7{step}\n" for step in (1, 2, 3))
    write(tmp_path / "history.csv", f"_step,throughput/total tokens,{name}),{name} v2)\n{rows}")
    plan = planned(tmp_path)
    assert [value for (value,) in scores_of(plan, "score")] == [0.71, 0.72, 0.73]
    assert [(left.why, left.count) for left in plan.settled.said.left] == [(OLDER, 3)]
    write(tmp_path / "history.csv", f"_step,throughput/total tokens,{name})\n1,1000000,0.61\n")
    assert scores_of(planned(tmp_path), "score") == [(0.61,)]
