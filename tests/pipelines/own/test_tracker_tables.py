"""Tables of trackers: which column is the position, blanks, groups, last values, and counters that mislead."""

from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.own.formats import (
    READERS,
    metrics_csv,
    mlflow_search,
    tensorboard_csv,
    wandb_chart,
    wandb_history,
    wandb_runs,
)
from pipelines.own.reading.found import Counter
from tests.pipelines.own.reading import losses, own_file, read_with, why_left

CHART = """"Step","calm-run-3 - eval/loss","calm-run-3 - eval/loss__MIN","calm-run-3 - eval/loss__MAX","Group: seed_1 - eval/loss","Group: seed_1 - eval/loss__MIN","Group: seed_1 - eval/loss__MAX","a - b - train/loss","a - b - train/loss__MIN","a - b - train/loss__MAX"
"500","4.4","4.4","4.4","4.6","4.5","4.7","","",""
"1000","4.1","4.0","4.2","","","","4.0","4.0","4.0"
"""
HISTORY = """_step,_runtime,_timestamp,train/global_step,train/loss,eval/loss,train/learning_rate
0,1.0,1741000000,100,5.1,,0.001
1,2.0,1741000001,200,4.9,,0.001
1,2.5,1741000001,,,5.0,
2,3.0,1741000002,,,4.7,
"""
RUNS = """"Name","State","Created","Runtime","lr","_step","global_step","eval/loss","train/loss"
"first","finished","2025-03-04T05:06:07.000Z","100","0.001","9","1000","3.9","3.8"
"second","crashed","2025-03-04T05:06:07.000Z","50","0.001","4","","4.5",""
"second","finished","2025-03-05T05:06:07.000Z","100","0.001","9","1000","4.0","3.9"
"""
LIGHTNING = """epoch,step,train_loss_epoch,train_loss_step,val_loss,val_perplexity
0,49,,5.5,,
0,99,,5.1,,
0,99,,,5.2,181.3
0,99,5.3,,,
"""
LITGPT = """loss,iter,step,epoch,iter_time,remaining_time,tokens,total_tokens,learning_rate,val_loss,val_ppl
10.8,1,0,0,0.5,100,2048,16384,0.0001,,
5.9,32,31,0,0.5,90,65536,524288,0.0003,,
,,31,,,,,,,5.85,347.2
4.8,64,63,0,0.5,80,131072,1048576,0.0003,,
,,70,,,,,,,4.75,115.6
"""
SEARCH = """run_id,experiment_id,status,artifact_uri,start_time,metrics.eval_loss,metrics.lr,params.lr,tags.mlflow.runName
aa11,0,FINISHED,x,2025,3.9,0.1,0.1,calm
bb22,0,FINISHED,x,2025,,0.1,0.1,windy
"""
ALL = {
    "wandb_chart": CHART,
    "wandb_history": HISTORY,
    "wandb_runs": RUNS,
    "metrics_csv": LIGHTNING,
    "mlflow_search": SEARCH,
    "tensorboard_csv": "Wall time,Step,Value\n1741000000.5,10,5.5\n",
}


@pytest.mark.parametrize("name", [*ALL, "litgpt"])
def test_each_table_is_told_by_its_header_alone(tmp_path: Path, name: str) -> None:
    file = own_file(tmp_path, "table.txt", ALL.get(name, LITGPT))
    first = next(reader for reader in READERS if reader.recognise(file))
    assert first.name == {"litgpt": "metrics_csv"}.get(name, name)


def test_a_plain_table_is_none_of_them(tmp_path: Path) -> None:
    file = own_file(tmp_path, "metrics.csv", "Step,Loss\n1000,3.2\n")
    assert [reader.name for reader in READERS if reader.recognise(file)] == ["table"]


def test_a_chart_parts_run_and_metric_at_the_last_dash_and_refuses_groups(tmp_path: Path) -> None:
    reading = read_with(wandb_chart.READER, tmp_path, CHART)
    assert [(r.run, r.key, r.at.number, r.value, r.held_out) for r in reading.records] == [
        ("calm-run-3", "eval/loss", 500, 4.4, True),
        ("calm-run-3", "eval/loss", 1000, 4.1, True),
        ("a - b", "train/loss", 1000, 4.0, False),
    ]
    assert "1 × Group: seed_1 - eval/loss: a mean over the runs of a group" in why_left(reading)
    assert {r.at.counter for r in reading.records} == {Counter.UNKNOWN}
    assert any("1 value is the mean of a bucket" in note for note in reading.notes)
    assert reading.broken == []


def test_a_chart_over_time_has_no_position(tmp_path: Path) -> None:
    file = own_file(tmp_path, "c.csv", CHART.replace('"Step"', '"Relative Time (Process)"'))
    assert wandb_chart.READER.recognise(file)
    with pytest.raises(InputError, match="no position in training"):
        wandb_chart.READER.read(file)


def test_a_chart_over_a_logged_counter_knows_what_it_counts(tmp_path: Path) -> None:
    reading = read_with(wandb_chart.READER, tmp_path, CHART.replace('"Step"', '"trainer/global_step"'))
    assert {r.at.counter for r in reading.records} == {Counter.STEP}
    tokens = read_with(wandb_chart.READER, tmp_path, CHART.replace('"Step"', '"tokens"'))
    assert {(r.at.counter, r.at.number == r.at.tokens) for r in tokens.records} == {(Counter.TOKENS, True)}


def test_a_history_prefers_optimizer_steps_to_calls_of_the_logger(tmp_path: Path) -> None:
    reading = read_with(wandb_history.READER, tmp_path, HISTORY)
    assert losses(reading) == [("train/loss", 100, 5.1), ("train/loss", 200, 4.9), ("eval/loss", 200, 5.0)]
    assert {r.at.counter for r in reading.records} == {Counter.STEP}
    assert "1 × eval/loss: no position" in why_left(reading)


def test_a_history_of_a_resumed_run_keeps_the_later_values(tmp_path: Path) -> None:
    rows = [(300, 5.0), (400, 4.9), (500, 4.8), (400, 4.7), (500, 4.6)]
    lines = [f"{call},{step},{loss}" for call, (step, loss) in enumerate(rows)]
    text = "_step,train/global_step,train/loss\n" + "\n".join(lines) + "\n"
    reading = read_with(wandb_history.READER, tmp_path, text)
    assert losses(reading) == [("train/loss", 300, 5.0), ("train/loss", 400, 4.7), ("train/loss", 500, 4.6)]
    assert "2 × logged again after a restart" in why_left(reading)


def test_a_history_without_another_counter_is_asked_about(tmp_path: Path) -> None:
    reading = read_with(
        wandb_history.READER, tmp_path, "_step,_runtime,val/loss\n0,1.5,5.0\n204800,2.5,4.0\n"
    )
    assert {r.at.counter for r in reading.records} == {Counter.UNKNOWN}


def test_an_export_by_hand_does_not_take_the_count_of_calls_for_steps(tmp_path: Path) -> None:
    text = '"Step","global_step","train/loss"\n"9","900","2.9"\n"10","1000","2.8"\n"11","1000","2.81"\n"12","1100","2.7"\n'
    reading = read_with(wandb_history.READER, tmp_path, text)
    assert losses(reading) == [
        ("train/loss", 900, 2.9),
        ("train/loss", 1000, 2.81),
        ("train/loss", 1100, 2.7),
    ]
    assert [left.count for left in reading.left] == [1]


def test_a_history_of_500_rows_is_said_to_be_a_sample(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}.5,{6 - i / 500}\n" for i in range(500))
    assert "sample" in read_with(wandb_history.READER, tmp_path, "_step,_runtime,val/loss\n" + rows).notes[0]


def test_a_table_of_runs_holds_last_values_of_runs_told_apart(tmp_path: Path) -> None:
    reading = read_with(wandb_runs.READER, tmp_path, RUNS)
    assert [(r.run, r.key, r.value, r.at.counter, r.at.number) for r in reading.records if r.held_out] == [
        ("first", "eval/loss", 3.9, Counter.STEP, 1000),
        ("second", "eval/loss", 4.5, Counter.LAST, None),
        ("second (line 4)", "eval/loss", 4.0, Counter.STEP, 1000),
    ]
    assert "not its best" in reading.notes[0]


def test_a_table_of_runs_without_their_state_is_no_history(tmp_path: Path) -> None:
    # Neither are its rows calls of one logger, nor is the last value of each metric one of the last call.
    text = (
        '"Name","Runtime","End Time","Notes","_step","eval/loss","eval/ppl","lr","max_iters","aux/loss"\n'
        '"small","300","2025-03-04T05:06:07.000Z","-","999","3.9","49.4","0.1","5000","0.1"\n'
        '"large","374","2025-03-04T06:06:07.000Z","-","999","3.7","40.4","0.1","5000",""\n'
    )
    file = own_file(tmp_path, "export.csv", text)
    assert next(reader.name for reader in READERS if reader.recognise(file)) == "wandb_runs"
    reading = wandb_runs.READER.read(file)
    assert [(r.run, r.value, r.at.counter) for r in reading.records] == [
        ("small", 3.9, Counter.LAST),
        ("large", 3.7, Counter.LAST),
    ]
    assert [(left.count, left.why.split(":")[0]) for left in reading.left] == [
        (2, "eval/ppl"),
        (1, "aux/loss"),
    ]


def test_search_runs_of_mlflow(tmp_path: Path) -> None:
    reading = read_with(mlflow_search.READER, tmp_path, SEARCH)
    assert [(r.run, r.key, r.value, r.at.counter) for r in reading.records] == [
        ("calm", "eval_loss", 3.9, Counter.LAST)
    ]


def test_lightning_alternates_rows_and_logs_a_mean_over_the_epoch(tmp_path: Path) -> None:
    reading = read_with(metrics_csv.READER, tmp_path, LIGHTNING)
    assert losses(reading) == [
        ("train_loss_step", 49, 5.5),
        ("train_loss_step", 99, 5.1),
        ("val_loss", 99, 5.2),
    ]
    assert {r.at.counter for r in reading.records} == {Counter.STEP}
    assert "a mean over an epoch" in why_left(reading)
    assert "a perplexity is no loss" in why_left(reading)
    assert reading.broken == []


def test_litgpt_counts_tokens_and_never_its_step(tmp_path: Path) -> None:
    reading = read_with(metrics_csv.READER, tmp_path, LITGPT)
    assert {(r.at.counter, r.at.number == r.at.tokens) for r in reading.records} == {(Counter.TOKENS, True)}
    assert losses(reading, "loss") == [("loss", 16384, 10.8), ("loss", 524288, 5.9), ("loss", 1048576, 4.8)]
    assert losses(reading, "val_loss") == [("val_loss", 524288, 5.85)]
    assert "1 × val_loss: no position: nothing in total_tokens or step" in why_left(reading)


def test_litgpt_without_tokens_counts_micro_batches(tmp_path: Path) -> None:
    reading = read_with(metrics_csv.READER, tmp_path, "loss,iter,step,epoch\n5.9,32,31,0\n")
    assert [(r.at.counter, r.at.number) for r in reading.records] == [(Counter.MICRO_STEP, 32)]


def test_versions_beside_each_other_are_told_apart(tmp_path: Path) -> None:
    first = own_file(tmp_path, "logs/version_9/metrics.csv", LIGHTNING)
    assert {r.run for r in metrics_csv.READER.read(first).records} == {None}
    second = own_file(tmp_path, "logs/version_10/metrics.csv", LIGHTNING)
    readings = [metrics_csv.READER.read(file) for file in (first, second)]
    assert [{r.run for r in reading.records} for reading in readings] == [{"version_9"}, {"version_10"}]
    assert [reading.written for reading in readings] == [9, 10]


def test_a_position_that_is_no_number_is_never_another(tmp_path: Path) -> None:
    text = '_step,_runtime,tokens,val/loss\n0,1.5,"4,194,304",5.0\n1,2.5,8388608,4.0\n2,3.5,many,3.0\n'
    reading = read_with(wandb_history.READER, tmp_path, text)
    assert losses(reading) == [("val/loss", 8388608, 4.0)]
    assert [(b.place, b.value) for b in reading.broken] == [
        ("line 2, column tokens", "4,194,304"),
        ("line 4, column tokens", "many"),
    ]


def test_rows_of_another_length_are_broken_by_their_place(tmp_path: Path) -> None:
    reading = read_with(
        wandb_history.READER, tmp_path, "_step,_runtime,val/loss\n0,1.5,5.0\n1,2.5\n2,3.5,4.0\n"
    )
    assert [(b.place, b.rule) for b in reading.broken] == [("line 3", "ragged_row")]
    assert len(reading.records) == 2


def test_a_curve_of_tensorboards_page_has_its_tag_in_its_name(tmp_path: Path) -> None:
    text = ALL["tensorboard_csv"]
    reading = read_with(tensorboard_csv.READER, tmp_path, text, "run-exp_1-tag-eval_loss.csv")
    assert [(r.run, r.key, r.at.number, r.held_out) for r in reading.records] == [
        ("exp_1", "eval_loss", 10, True)
    ]
    assert {r.at.counter for r in reading.records} == {Counter.UNKNOWN}
    with pytest.raises(InputError, match="which tag"):
        read_with(tensorboard_csv.READER, tmp_path, text, "loss.csv")


def test_a_curve_of_tensorboard_in_json_is_told_by_its_times(tmp_path: Path) -> None:
    text = "[[1741000000.5, 10, 5.5], [1741000001.5, 20, NaN], [1741000002.5, 30, 4.5]]"
    file = own_file(tmp_path, "run-exp_1-tag-eval_loss.json", text)
    assert next(reader.name for reader in READERS if reader.recognise(file)) == "tensorboard_csv"
    reading = tensorboard_csv.READER.read(file)
    assert losses(reading) == [("eval_loss", 10, 5.5), ("eval_loss", 30, 4.5)]
    assert [(b.place, b.rule) for b in reading.broken] == [("row 2", "loss_not_finite")]
    others = own_file(tmp_path, "run-a-tag-loss.json", "[[10, 5.5, 1], [20, 4.5, 2]]")
    assert not tensorboard_csv.READER.recognise(others)
