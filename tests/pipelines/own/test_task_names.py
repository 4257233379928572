"""The setting in a task's name counts, the card before it, and no publisher's private name means another task."""

from pathlib import Path

import pytest

from pipelines.intake.facts import read_facts
from pipelines.own.reading import known
from pipelines.own.reading.task_names import TaskName, read_shots, read_task_name
from tests.tools.own_files import planned, write

CARD = 'run = "mine"\ncorpus = "c4_en"\nunit = "nats_per_token"\n'


@pytest.mark.parametrize(
    ("name", "task", "n_shot", "asked"),
    [
        ("hellaswag", "hellaswag", None, None),
        ("HellaSwag", "hellaswag", None, None),
        ("hellaswag_10shot", "hellaswag", 10, None),
        ("hellaswag 10-shot", "hellaswag", 10, None),
        ("MMLU (5-shot)", "mmlu", 5, None),
        ("gsm8k[8 shots]", "gsm8k", 8, None),
        ("mmlu_zeroshot", "mmlu", 0, None),
        ("MMLU Zero-Shot", "mmlu", 0, None),
        ("mmlu_fewshot", "mmlu", None, None),
        ("gsm8k_cot_zeroshot", "gsm8k_cot", 0, None),
        ("arc_challenge_test_mc_5shot_fast", "arc_challenge", 5, "mc"),
        ("arc_challenge_mc_5shot_test", "arc_challenge", 5, "mc"),
        ("mmlu_stem_val_rc_5shot", "mmlu_stem_val", 5, "rc"),
        ("hellaswag_rc_5shot", "hellaswag", 5, "rc"),
        ("boolq_mc", "boolq", None, "mc"),
        ("agi_eval_lsat_rc", "agi_eval_lsat_rc", None, None),
        ("agi_eval_lsat_rc_3shot", "agi_eval_lsat_rc", 3, None),
        ("truthfulqa_mc", "truthfulqa", None, None),
        ("bbh_fewshot_navigate", "bbh_navigate", None, None),
        ("Winograd", "winograd", None, None),
        ("winograd", "winograd", None, None),
        ("bigbench_dyck_languages", "bigbench_dyck_languages", None, None),
        ("my own task_2shot", "my own task", 2, None),
        ("few_shot", "few_shot", None, None),
        ("5shot", "5shot", None, None),
    ],
)
def test_a_name_tells_its_setting(name: str, task: str, n_shot: int | None, asked: str | None) -> None:
    told = read_task_name(name)
    assert (told.task, told.n_shot, told.format) == (task, n_shot, asked)


def test_every_task_of_the_warehouse_means_itself_however_it_is_spelled() -> None:
    tasks = read_facts("tasks")["task"].to_list()
    assert len({known.plain(task) for task in tasks}) == len(tasks)
    for task in tasks:
        for spelled in (task, task.upper(), task.replace("_", " "), task.replace("_", "-")):
            assert read_task_name(spelled) == TaskName(task)
        assert read_task_name(f"{task}_7shot").task == task


def test_words_for_numbers_of_examples() -> None:
    found = [read_shots(cell) for cell in ("3-shot", "zero-shot", "Five shots", "0shot", "few-shot", "7", "")]
    assert found == [3, 0, 5, 0, None, None, None]


def put(folder: Path, card: str, table: str) -> None:
    write(folder / "emergence.toml", card)
    write(folder / "s.csv", table)


def settings(folder: Path, table: str, scores: str) -> list[tuple[str, str, str, int | None]]:
    """Return task, format, metric and shots of every score of a table, by a card's section of scores."""
    put(folder, CARD + scores, table)
    found = planned(folder).settled.scores
    return list(found.select("task", "format", "metric", "n_shot").sort("n_shot", "task").iter_rows())


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("OBQA", "openbookqa"),
        ("ARC-e", "arc_easy"),
        ("arc_c", "arc_challenge"),
        ("NQ", "natural_questions"),
        ("nq_open", "natural_questions"),
        ("GSM-8K (5-shot)", "gsm8k"),
    ],
)
def test_what_everybody_shortens_is_the_task(name: str, task: str) -> None:
    assert read_task_name(name).task == task


@pytest.mark.parametrize("name", ["mmlu", "MMLU", "lambada", "humaneval_temp02", "hellaswag"])
def test_what_the_card_says_of_the_format_counts_for_every_task(tmp_path: Path, name: str) -> None:
    table = f"tokens,{name} acc\n1000000000,0.3\n2000000000,0.4\n"
    ((_, asked, _, shots), _) = settings(tmp_path, table, '[scores]\nformat = "rc"\nn_shot = 2\n')
    assert (asked, shots) == ("rc", 2)
    of_task = f'[scores]\nformat = "mc"\nn_shot = 2\n[scores."{name}"]\nformat = "rc"\nn_shot = 3\n'
    ((_, asked, _, shots), _) = settings(tmp_path, table, of_task)
    assert (asked, shots) == ("rc", 3)
    put(tmp_path, CARD, table)
    plan = planned(tmp_path).settled
    assert plan.scores.is_empty()
    assert "scores.format" in plan.said.questions


@pytest.mark.parametrize("is_long", [True, False])
def test_shots_in_the_name_come_before_those_of_all_tasks(tmp_path: Path, is_long: bool) -> None:
    names = {"mmlu_zeroshot": 0.25, "mmlu_fewshot": 0.3, "gsm8k (8-shot)": 0.1, "piqa": 0.6}
    long = "".join(f"1000000000,{name},acc,{value}\n" for name, value in names.items())
    wide = ",".join(f"{name} acc" for name in names)
    table = f"tokens,task,metric,score\n{long}" if is_long else f"tokens,{wide}\n1000000000,.25,.3,.1,.6\n"
    found = settings(tmp_path, table, '[scores]\nformat = "rc"\nn_shot = 5\n')
    assert found == [
        ("mmlu", "rc", "acc", 0),
        ("mmlu", "rc", "acc", 5),
        ("piqa", "rc", "acc", 5),
        ("gsm8k", "rc", "acc", 8),
    ]
    of_file = '[scores]\nformat = "rc"\n[files."s.csv"]\nn_shot = 5\n'
    assert settings(tmp_path, table, of_file) == found
    of_task = '[scores]\nformat = "rc"\nn_shot = 5\n[scores."mmlu_zeroshot"]\nn_shot = 1\n'
    assert ("mmlu", "rc", "acc", 1) in settings(tmp_path, table, of_task)


@pytest.mark.parametrize(
    ("metric", "means"),
    [
        ("accuracy", "acc"), ("ACC", "acc"), ("Acc_Norm", "acc_norm"), ("EM", "exact_match"), ("F1", "f1"),
        ("exact_match,remove_whitespace", "exact_match"), ("exact_match,get-answer", "exact_match"),
        ("pass@1,create_test", "pass_at_1"), ("qem", "quasi_exact_match"),
    ],
)  # fmt: skip
def test_metrics_are_known_in_any_case_and_with_the_filters_of_usual_tasks(
    tmp_path: Path, metric: str, means: str
) -> None:
    table = f'tokens,task,metric,n_shot,format,score\n1000000000,triviaqa,"{metric}",5,RC,0.25\n'
    assert settings(tmp_path, table, "") == [("triviaqa", "rc", means, 5)]


def test_the_card_names_a_metric_that_nobody_knows(tmp_path: Path) -> None:
    table = (
        "tokens,task,metric,n_shot,format,score\n1000000000,ifeval,prompt_level_strict_acc,0,generate,0.25\n"
    )
    assert settings(tmp_path, table, "") == []
    named = settings(tmp_path, table, '[scores.ifeval]\nmetric = "acc"\n')
    assert named == [("ifeval", "generate", "acc", 0)]


def test_a_loss_beside_a_name_is_of_a_text_of_answers_or_of_nobody_knows_what(tmp_path: Path) -> None:
    rows = ("pile_test,val_loss,2.5", "hellaswag,loss,1.5", "my_text,loss,3.5")
    table = "".join(f"1000000000,{row}\n" for row in rows)
    put(tmp_path, CARD, f"tokens,task,metric,value\n{table}")
    settled = planned(tmp_path).settled
    assert settled.losses["corpus"].to_list() == ["pile_test"]
    left = "\n".join(item.why for item in settled.said.left)
    assert "a loss of answers" in left
    assert "put the name of the text in a column corpus" in left
