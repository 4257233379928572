"""Tables of any form: columns guessed by name, told by a map, and cells that cannot be read."""

import json
from decimal import Decimal
from pathlib import Path
from time import process_time

import polars as pl
import pytest

from pipelines.own.card.template import map_answers, template
from tests.tools.own_files import OwnFile, planned, read, said, scores_of, write

LONG = """step,task,format,metric,n_shot,score,n_items
1000,hellaswag,rc,acc_norm,5,0.29,10042
2000,hellaswag,rc,acc_norm,five,0.41,10042
3000,hellaswag,rc,acc_norm,5,0.57,many
4000,hellaswag,rc,acc_norm,5,,10042
"""


def test_a_filled_cell_that_cannot_be_read_takes_its_row_out_and_is_no_default(tmp_path: Path) -> None:
    write(tmp_path / "scores.csv", LONG)
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "step", "score", "n_shot", "n_items") == [(1000, 0.29, 5, 10042)]
    assert [(b.place, b.value) for b in plan.settled.said.broken] == [
        ("line 3, column n_shot", "five"),
        ("line 4, column n_items", "many"),
    ]


def test_tokens_that_cannot_be_read_do_not_fall_back_to_steps(tmp_path: Path) -> None:
    write(tmp_path / "losses.csv", 'step,tokens,loss\n1000,"4,194,304,000",3.1\n2000,8388608000,3.0\n')
    plan = planned(tmp_path, tokens_per_step=10, corpus="c4_en", unit="nats_per_token")
    assert plan.settled.losses.select("step", "tokens").rows() == [(2000, 8388608000)]


def test_a_step_of_another_name_and_an_unknown_column_are_asked_and_named(tmp_path: Path) -> None:
    write(tmp_path / "metrics.csv", "Step,Loss,helaswag\n1000,3.2,0.3\n")
    plan = planned(tmp_path)
    assert [q.key for q in plan.open_questions()] == ["step_counts", "corpus", "unit"]
    assert "it may be scores of hellaswag" in said(plan.settled.said.left)


def test_a_position_that_is_missing_is_refused_once(tmp_path: Path) -> None:
    write(tmp_path / "metrics.csv", "note,val_loss\n" + "x,3.2\n" * 50)
    (broken,) = planned(tmp_path).settled.said.broken
    assert "no column for the position" in broken.fix


@pytest.mark.parametrize("name", ["val_ppl", "Perplexity", "eval/word_perplexity"])
def test_a_perplexity_is_refused_with_the_formula(tmp_path: Path, name: str) -> None:
    write(tmp_path / "metrics.csv", f"step,{name},val_loss\n1000,18.9,3.2\n")
    told = {"tokens_per_step": 1, "step_counts": "steps", "corpus": "c4_en", "unit": "nats_per_token"}
    plan = planned(tmp_path, **told)
    assert plan.settled.losses["loss"].to_list() == [3.2]
    assert "ln(perplexity" in said(plan.settled.said.left)


def test_a_mapped_perplexity_is_refused_too(tmp_path: Path) -> None:
    write(tmp_path / "m.csv", "s,val_ppl\n1,18.9\n")
    answers = {("tables", "m.csv", "step"): "s", ("tables", "m.csv", "losses", "val_ppl", "corpus"): "c4_en"}
    plan = planned(tmp_path).answered(answers)
    assert "ln(" in said(plan.settled.said.broken)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([31.5, 40.2], [0.315, 0.402]), ([0.31, 0.40], [0.31, 0.40]), ([0.31, 40.2], []), ([31.5, 140.2], [])],
)
def test_percent_is_told_by_a_whole_column_and_a_mixed_one_is_asked(
    tmp_path: Path, values: list[float], expected: list[float]
) -> None:
    rows = "".join(f"{i},piqa,rc,acc,0,{v}\n" for i, v in enumerate(values, start=1))
    write(tmp_path / "s.csv", "step,task,format,metric,n_shot,score\n" + rows)
    plan = planned(tmp_path, tokens_per_step=1)
    assert plan.settled.scores["score"].to_list() == pytest.approx(expected)
    assert bool(plan.open_questions()) is not bool(expected)


WIDE = "tokens,piqa_acc,hellaswag_acc_norm,gsm8k_exact_match\n4000000000,61,32.1,0.0\n8000000000,62,34.2,0.4\n12000000000,63,36.3,0.9\n"


def test_low_scores_beside_percent_are_asked_about_and_told_for_all(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", WIDE)
    card = {"scores.n_shot": 0, "scores.format": "rc"}
    plan = planned(tmp_path, **card)
    [question] = plan.open_questions()
    assert (question.key, question.options[0]) == ("scores.scale", "100")
    assert "gsm8k_exact_match in s.csv goes up to 0.9" in question.text
    assert {task for (task,) in scores_of(plan, "task")} == {"piqa", "hellaswag"}
    plan = planned(tmp_path, **card | {"scores.scale": 100})
    found = [score for task, score in scores_of(plan, "task", "score") if task == "gsm8k"]
    assert found == pytest.approx([0.0, 0.004, 0.009])
    plan = planned(tmp_path, **card | {"scores.gsm8k.scale": 1})
    found = [score for task, score in scores_of(plan, "task", "score") if task == "gsm8k"]
    assert found == pytest.approx([0.0, 0.4, 0.9])
    assert not plan.open_questions()


def test_zeros_beside_percent_are_zeros_and_one_row_of_percent_is_told_by_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", "tokens,piqa_acc,hellaswag_acc_norm,gsm8k_exact_match\n4000000000,61,32.1,0\n")
    plan = planned(tmp_path, **{"scores.n_shot": 0, "scores.format": "rc"})
    assert sorted(scores_of(plan, "task", "score")) == [("gsm8k", 0.0), ("hellaswag", 0.321), ("piqa", 0.61)]
    assert not plan.open_questions()


@pytest.mark.parametrize("name", ["aux_loss", "z_loss", "train/load_balancing_loss", "mtp_1_loss", "loss_kl"])
def test_a_loss_of_another_aim_is_left_alone_in_a_table_as_in_a_log(tmp_path: Path, name: str) -> None:
    write(tmp_path / "metrics.csv", f"tokens,val_loss,{name},loss_scale\n4000000000,3.2,1.02,65536\n")
    plan = planned(tmp_path, corpus="c4_en", unit="nats_per_token", tokenizer="gpt2")
    assert plan.settled.losses["loss"].to_list() == [3.2]
    assert f"column {name}" in said(plan.settled.said.left)
    assert "loss_scale" not in said(plan.settled.said.left)
    assert not plan.open_questions()


def test_a_row_of_a_task_means_what_the_harness_means_by_its_metric(tmp_path: Path) -> None:
    rows = (
        ("piqa", "acc,none", 0.61),
        ("piqa", "acc_stderr,none", 0.01),
        ("gsm8k", "exact_match,strict-match", 0.1),
        ("truthfulqa_mc2", "acc", 0.41),
        ("wikitext", "bits_per_byte,none", 1.01),
        ("wikitext", "word_perplexity,none", 30.0),
        ("c4_en", "loss", 3.05),
        ("arc_easy", "loss", 2.0),
    )
    lines = "".join(f'4000000000,{task},"{metric}",0,rc,{value}\n' for task, metric, value in rows)
    write(tmp_path / "s.csv", "tokens,task,metric,n_shot,format,value\n" + lines)
    plan = planned(tmp_path, unit="nats_per_token", tokenizer="gpt2")
    assert sorted(scores_of(plan, "task", "metric", "score")) == [
        ("gsm8k", "exact_match_strict", 0.1),
        ("piqa", "acc", 0.61),
        ("truthfulqa", "mc2", 0.41),
    ]
    losses = plan.settled.losses.select("corpus", "unit", "loss").rows()
    assert sorted(losses) == [("c4_en", "nats_per_token", 3.05), ("wikitext", "bits_per_byte", 1.01)]
    left = said(plan.settled.said.left)
    assert all(name in left for name in ("acc_stderr,none", "word_perplexity,none", "a loss of answers"))


def test_columns_of_the_harness_keep_their_filter_and_the_two_of_truthfulqa_their_names(
    tmp_path: Path,
) -> None:
    columns = '"gsm8k/exact_match,strict-match","gsm8k/exact_match,flexible-extract","piqa/acc_stderr,none"'
    write(
        tmp_path / "s.csv",
        f"tokens,{columns},truthfulqa_mc1_acc,truthfulqa_mc2_acc\n4000000000,.1,.2,.01,.3,.4\n",
    )
    plan = planned(tmp_path, **{"scores.n_shot": 0, "scores.format": "rc"})
    assert sorted(scores_of(plan, "task", "metric", "score")) == [
        ("gsm8k", "exact_match_flexible", 0.2),
        ("gsm8k", "exact_match_strict", 0.1),
        ("truthfulqa", "mc1", 0.3),
        ("truthfulqa", "mc2", 0.4),
    ]
    assert "a standard error" in said(plan.settled.said.left)


def test_decimals_of_a_database_are_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame({"tokens": [4_000_000_000], "piqa_acc": [Decimal("0.5500")]})
    frame.write_parquet(tmp_path / "s.parquet")
    plan = planned(tmp_path, **{"scores.n_shot": 0, "scores.format": "rc"})
    assert scores_of(plan, "task", "score") == [("piqa", 0.55)]


def test_a_plain_score_of_a_task_with_two_metrics_is_asked_about(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", "step,task,score\n1,hellaswag,0.3\n")
    keys = [q.key for q in planned(tmp_path, tokens_per_step=1).open_questions()]
    assert keys == ["scores.metric", "scores.format", "scores.n_shot"]


def test_json_lines_and_parquet_read_as_csv_does(tmp_path: Path) -> None:
    rows = [{"step": 5, "eval": {"arc_easy/acc": 0.4}, "val_loss": 3.0}, {"step": 6, "val_loss": 2.9}]
    frame = pl.DataFrame({"step": [5, 6], "arc_easy/acc": [0.4, None], "val_loss": [3.0, 2.9]})
    frame.write_parquet(tmp_path / "a.parquet")
    lines = "\n".join(str(row).replace("'", '"') for row in rows)
    for path in (write(tmp_path / "a.jsonl", lines + "\n{broken\n"), tmp_path / "a.parquet"):
        reading = read(path)
        assert sorted(r.value for r in reading.records) == [0.4, 2.9, 3.0]
    assert [b.place for b in read(tmp_path / "a.jsonl").broken] == ["line 3"]


def test_a_template_is_a_map_that_reads_the_table(tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "Iteration;Val CE;arc_easy/acc;hellaswag\n10;3.1;0.4;0.3\n")
    text = template(OwnFile(path, "m.csv", path.stat().st_size), tmp_path / "map.toml")
    told = write(tmp_path / "map.toml", text.replace('# counts = "steps"', 'counts = "steps"'))
    answers = map_answers(told, "m.csv")
    plan = planned(path, tokens_per_step=7, corpus="c4_en", unit="nats_per_token").answered(answers)
    assert plan.settled.losses.select("tokens", "loss").rows() == [(70, 3.1)]
    keys = [q.key for q in plan.open_questions()]
    assert keys == ["scores.metric", "scores.format", "scores.n_shot"]


def test_a_map_with_a_field_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "m.csv", "s,l\n1,3.1\n")
    plan = planned(tmp_path).answered({("tables", "m.csv", "stepp"): "s"})
    assert "no field is called 'stepp'" in plan.settled.said.broken[0].fix


def test_single_items_in_a_folder_of_a_step_are_no_loss_of_it(tmp_path: Path) -> None:
    write(tmp_path / "step8000" / "losses.json", {"val_loss": [3.2, 9.5, 7.1]})
    plan = planned(tmp_path, unit="nats_per_token", corpus="c4_en", tokens_per_step=10)
    assert plan.settled.losses.is_empty()
    [broken] = plan.settled.said.broken
    assert broken.rule == "rows_contradict"
    assert "single items" in broken.fix
    assert "3 values are left out" in broken.fix


@pytest.mark.parametrize("column", ["n_tokens", "training_tokens", "optim/total_tokens"])
def test_tokens_by_other_names(tmp_path: Path, column: str) -> None:
    reading = read(write(tmp_path / "a.csv", f"{column},val_loss\n2000000,5.5\n4000000,5.0\n"))
    assert [(r.at.tokens, r.value) for r in reading.records] == [(2e6, 5.5), (4e6, 5.0)]


def test_means_over_tasks_and_losses_of_answers_beside_them_are_left_alone(tmp_path: Path) -> None:
    names = (
        "lm_eval/averages/macro_avg_acc",
        "lm_eval/piqa/bpb",
        "lm_eval/hellaswag_10shot/bpb",
        "lm_eval/piqa/acc",
    )
    reading = read(write(tmp_path / "a.json", [{"step": 10} | dict.fromkeys(names, 0.5)]))
    assert [(r.task, r.metric) for r in reading.records] == [("piqa", "acc")]
    assert [left.place for left in reading.left] == [f"column {name}" for name in names[:3]]


def test_a_loss_of_the_training_beside_its_learning_rate_is_one_by_its_writers_names(tmp_path: Path) -> None:
    rows = [{"global_step": 100, "loss/out": 6.5, "optim/lr": 0.001}, {"global_step": 200, "loss/out": 5.5}]
    reading = read(write(tmp_path / "metrics.json", rows))
    assert [r.held_out for r in reading.records] == [False, False]


def test_tokens_trained_are_a_position(tmp_path: Path) -> None:
    rows = [{"run": "1", "num_iterations": 50, "tokens_trained": 4096, "val_bpb": 1.5}]
    [record] = read(write(tmp_path / "runs.json", rows)).records
    assert (record.at.tokens, record.unit) == (4096, "bits_per_byte")


def test_a_table_in_markdown_is_named(tmp_path: Path) -> None:
    write(tmp_path / "evals.md", "## Scores\n\n| model | piqa |\n|:------|-----:|\n| m-step10 | 61.5 |\n")
    [left] = planned(tmp_path).settled.said.left
    assert left.why.startswith("a table in Markdown: save it as CSV")


def test_rows_inside_of_json_are_named_by_their_place(tmp_path: Path) -> None:
    log = [{"step": 0, "val_loss": 9.5}, {"step": 50, "val_loss": 7.5}]
    sweep_of_two = {"2M": {"n_params": 2000000, "log": log}, "4M": {"log": log}}
    write(tmp_path / "sweep.json", json.dumps(sweep_of_two, indent=1))
    write(tmp_path / "other.json", json.dumps({"2M": {"notes": [{"author": "me"}]}}, indent=1))
    other, sweep = planned(tmp_path).settled.said.left
    assert sweep.why.startswith("JSON with rows inside it, at 2M.log:")
    assert other.why.startswith("nothing that a known tool writes")


@pytest.mark.parametrize("indent", [None, 1])
def test_lists_of_unlike_lengths_and_rows_without_names_are_left_with_a_word(
    tmp_path: Path, indent: int | None
) -> None:
    curves = {
        "train_steps": [1, 2, 3],
        "train_losses": [5.0, 4.0, 3.0],
        "valid_steps": [3],
        "valid_losses": [3.5],
    }
    write(tmp_path / "curves.json", json.dumps(curves, indent=indent))
    write(tmp_path / "pairs.json", json.dumps([[100, 5.5], [200, 4.5]], indent=indent))
    left = {left.file: left.why for left in planned(tmp_path).settled.said.left}
    assert left["curves.json"].startswith(
        "JSON with lists of unlike lengths (train_steps 3, train_losses 3, valid"
    )
    assert left["pairs.json"].startswith("JSON rows that name no columns")


def test_lists_by_name_may_be_called_in_the_plural(tmp_path: Path) -> None:
    curve = {"train_steps": [100, 200], "train_losses": [5.5, 4.5], "val_losses": [5.6, 4.6]}
    reading = read(write(tmp_path / "curve.json", json.dumps(curve)))
    assert [(r.key, r.at.number, r.value, r.held_out) for r in reading.records] == [
        ("train_losses", 100, 5.5, False),
        ("val_losses", 100, 5.6, None),
        ("train_losses", 200, 4.5, False),
        ("val_losses", 200, 4.6, None),
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_items_by_number_take_no_time_for_their_names(tmp_path: Path, indent: int | None) -> None:
    items = {str(i): {"pred": "1", "answer": "2"} for i in range(1000)}
    text = json.dumps({"accuracy": 31.5, "details": items}, indent=indent)
    write(tmp_path / "toy-step100" / "sums.json", text)
    start = process_time()
    plan = planned(tmp_path)
    assert plan.settled.scores.is_empty()
    assert process_time() - start < 4


SIZES = "model,{0},tokens,val_loss\ntoy,{1},2000000,5.5\ntoy,{1},4000000,5.0\ntoy,{2},6000000,4.8\n"


@pytest.mark.parametrize(
    ("column", "one", "other"), [("params", "1e8", "3e8"), ("size", "70M", "160M"), ("seed", "0", "1")]
)
def test_models_of_several_sizes_at_tokens_of_their_own_are_no_curve_of_one(
    tmp_path: Path, column: str, one: str, other: str
) -> None:
    reading = read(write(tmp_path / "a.csv", SIZES.format(column, one, other)))
    assert not reading.records
    [broken] = reading.broken
    assert broken.rule == "rows_contradict"
    assert f"toy has several {column} ({one}, {other}), as of several trainings" in broken.fix
    same = read(write(tmp_path / "b.csv", SIZES.format(column, one, one)))
    assert len(same.records) == 3


def test_a_size_that_grows_is_none_of_a_model(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.csv", SIZES.format("size", "10.5", "11.5"))).records) == 3


PHASES = "{0},step,val_loss\nsmall,100,5.5\nsmall,300,5.0\nlarge,200,{1}\nlarge,400,4.1\n"


def test_runs_below_each_other_by_a_column_nobody_reads_are_no_curve_of_one(tmp_path: Path) -> None:
    reading = read(write(tmp_path / "a.csv", PHASES.format("variety", 4.4)))
    assert not reading.records
    [broken] = reading.broken
    assert broken.rule == "rows_contradict"
    assert "steps begin anew where column 'variety' changes (small, large)" in broken.fix
    assert {r.run for r in read(write(tmp_path / "b.csv", PHASES.format("model", 4.4))).records} == {
        "small",
        "large",
    }


def test_a_host_is_no_run_and_a_name_a_row_tells_of_no_runs(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.csv", PHASES.format("host", 4.4))).records) == 4
    named = "note,step,val_loss\nbest,300,4.5\nfirst,100,5.5\nlast,400,4.6\nmiddle,200,5.0\n"
    assert len(read(write(tmp_path / "b.csv", named)).records) == 4


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("step,val_loss\n1000,3.5\n2000,x\n", 3),
        ("# mine\n\nstep,val_loss\n1000,3.5\n\n2000,x\n", 6),
        ("sep=;\r\nstep;val_loss\r\n1000;3,5\r\n2000;x\r\n", 4),
        ('step,note,val_loss\n1000,"two\nlines",3.5\n2000,,x\n', 4),
        ('step,note,val_loss\n1000,,3.5\n1500,"two\nlines",3.4\n2000,,x\n', 5),
        ('step,note,val_loss\n1000,,3.5\n2000,"two\nlines",x\n', 3),
        ('{"step": 1000, "val_loss": 3.5}\n\n{"step": 2000, "val_loss": "x"}\n', 3),
        ("global_step,_runtime,eval/loss\n1000,5,3.5\n,,\n2000,6,x\n", 4),
        ("Wall time,Step,Value\n1700000000.1,1000,3.5\n1700000001.1,2000,x\n", 3),
        ("Step,a - eval/loss,a - eval/loss__MIN,a - eval/loss__MAX\n1,3.5,3.5,3.5\n2,x,x,x\n", 3),
    ],
)
def test_a_place_is_the_line_of_the_file(tmp_path: Path, content: str, line: int) -> None:
    path = tmp_path / "tag-eval_loss.csv"
    path.write_bytes(content.encode())
    [broken] = read(path).broken
    assert broken.place.split(",")[0] == f"line {line}"


def test_a_score_whose_task_is_empty_is_refused_and_the_others_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "s.csv", "step,task,metric,score\n1000,,acc,0.3\n2000,piqa,acc,0.4\n")
    plan = planned(tmp_path, tokens_per_step=10, scores={"n_shot": 0, "format": "rc"})
    assert scores_of(plan, "task", "step") == [("piqa", 2000)]
    [broken] = plan.settled.said.broken
    assert (broken.place, broken.rule, broken.value) == ("line 2, column score", "no_task", "0.3")
    assert not plan.open_questions()


def test_a_column_of_words_that_is_called_a_loss_tells_rows_apart(tmp_path: Path) -> None:
    rows = "step,loss_type,loss\n1000,val,3.5\n1000,train,3.4\n2000,val,3.4\n2000,train,3.3\n"
    reading = read(write(tmp_path / "s.csv", rows))
    assert not reading.records
    [broken] = reading.broken
    assert (broken.place, broken.rule) == ("line 2, column loss", "rows_contradict")
    assert "differ by column 'loss_type' (val, train)" in broken.fix
    assert "column loss_type" in said(reading.left)
