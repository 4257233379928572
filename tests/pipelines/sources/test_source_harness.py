"""Public models in result files of the harness before 0.4: StableLM's, and those of a fork."""

from pathlib import Path

from pipelines.intake.spec import Source
from pipelines.sources import harness_03, stablelm
from tests.tools.built import Built, Files, put
from tests.tools.synthetic_evaluations import TASK_TABLE, result_file

FOLDER = "results/llama/llama-7B"


def build(tmp_path: Path, source: Source, files: Files) -> Built:
    put(tmp_path / "mirror", source, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [source]).ingest().run()


def test_a_model_is_what_the_configuration_loads_and_a_file_may_lack_its_ending(tmp_path: Path) -> None:
    files = {
        "evals/external/open_llama_13b": result_file("openlm-research/open_llama_13b", sciq={"acc": 0.94})
    }
    built = build(tmp_path, stablelm.SOURCE, files)
    runs = built.sql("select run, params, params_convention from runs").rows()
    assert runs == [("openlm-research/open_llama_13b", 13 * 10**9, "as published (rounded)")]
    assert built.sql("select task, score, chance from scores").rows() == [("sciq", 0.94, 0.25)]


def test_a_perplexity_of_last_words_is_a_score_beside_the_accuracy(tmp_path: Path) -> None:
    lambada = {"ppl": 3.9, "ppl_stderr": 0.1, "acc": 0.7}
    built = build(tmp_path, stablelm.SOURCE, {"evals/a.json": result_file("a/b-7b", lambada_openai=lambada)})
    scores = built.sql("select task, format, metric, score from scores order by metric").rows()
    assert scores == [
        ("lambada", "generate", "acc", 0.7),
        ("lambada", "generate", "last_word_perplexity", 3.9),
    ]
    assert built.sql("select count(*) from losses").item() == 0


def test_a_file_without_model_or_shots_is_a_reject(tmp_path: Path) -> None:
    files = {
        "evals/good.json": result_file("a/b-7b", piqa={"acc": 0.7}),
        "evals/no_model.json": b'{"results": {"piqa": {"acc": 0.7}}, "config": {"num_fewshot": 0}}',
        "evals/no_shots.json": result_file("a/b-7b", n_shot="five", piqa={"acc": 0.7}),
        "evals/cut.json": result_file("a/b-7b", piqa={"acc": 0.7})[:40],
    }
    built = build(tmp_path, stablelm.SOURCE, files)
    assert sorted(built.sql("select file, rule from rejects").rows()) == [
        ("evals/cut.json", "unreadable_file"),
        ("evals/no_model.json", "missing_field"),
        ("evals/no_shots.json", "missing_field"),
    ]


def test_a_fork_names_its_models_by_folder_and_squad_in_percent(tmp_path: Path) -> None:
    squad = {"exact": 9.4, "HasAns_f1": 38.6}
    built = build(
        tmp_path, harness_03.SOURCE, {f"{FOLDER}/a_0-shot.json": result_file("/disk/7B", squad2=squad)}
    )
    assert built.sql("select model, family, params from runs").rows() == [
        ("huggyllama/llama-7b", "LLAMA", 7 * 10**9)
    ]
    scores = built.sql(
        "select metric, round(score, 6), score_as_published from scores order by metric"
    ).rows()
    assert scores == [("exact_match", 0.094, 9.4), ("f1_hasans", 0.386, 38.6)]


def test_the_version_of_a_task_says_how_it_was_asked(tmp_path: Path) -> None:
    name = "hendrycksTest-virology"
    by_text, by_letter = (
        result_file("/disk/7B", **{name: {"acc": 0.3}}),
        result_file("/disk/13B", **{name: {"acc": 0.4}}),
    )
    files = {
        f"{FOLDER}/mmlu_5-shot.json": by_text,
        "results/llama/llama-13B/mmlu_5-shot.json": by_letter.replace(
            b'"versions": {"' + name.encode() + b'": 0', b'"versions": {"' + name.encode() + b'": 1'
        ),
    }
    built = build(tmp_path, harness_03.SOURCE, files)
    assert built.sql("select task, format, score from scores order by all").rows() == [
        ("mmlu_virology", "mc", 0.4),
        ("mmlu_virology", "rc", 0.3),
    ]


def test_what_two_sweeps_publish_with_other_values_is_told(tmp_path: Path) -> None:
    files = {
        f"{FOLDER}/common_0-shot.json": result_file("/disk/7B", boolq={"acc": 0.685}, copa={"acc": 0.9}),
        f"{FOLDER}/superglue_0-shot.json": result_file("/disk/7B", boolq={"acc": 0.684}, copa={"acc": 0.9}),
    }
    built = build(tmp_path, harness_03.SOURCE, files)
    assert built.sql("select task, score from scores order by task").rows() == [
        ("boolq", 0.685),
        ("copa", 0.9),
    ]
    assert built.sql("select rule, place from rejects").rows() == [
        ("conflicting_duplicate", "results.boolq.acc")
    ]


def test_the_table_of_tasks_claims_their_items(tmp_path: Path) -> None:
    table = "|Task Name|Val/Test Docs|\n|--|--:|\n|piqa|1838|\n|arithmetic_2da|2000|\n|late| |\n|odd|many|\n|short|\n"
    files = {
        f"{FOLDER}/a_0-shot.json": result_file("/disk/7B", piqa={"acc": 0.7}),
        TASK_TABLE: table.encode(),
    }
    built = build(tmp_path, harness_03.SOURCE, files)
    claims = built.sql(
        "select task, n_items, n_items_agree from chance_claims where publisher like 'Deelvin%' order by task"
    ).rows()
    assert claims == [("arithmetic_2_digit_addition", 2000, True), ("piqa", 1838, True)]
    assert sorted(built.sql("select rule, place from rejects").rows()) == [
        ("not_a_number", "row 4, column Val/Test Docs"),
        ("ragged_row", "row 5"),
    ]


def test_166_real_files_hold_3483_values(real: Built) -> None:
    files, values = real.sql(
        "select count(distinct file), count(*) from observations where source = 'harness_03'"
    ).row(0)
    assert files >= 166
    assert values >= 3483
    kinds = real.sql(
        "select distinct format from scores where source = 'harness_03' and task = 'mmlu'"
    ).rows()
    assert kinds == [("rc",)]
    claims = real.sql(
        "select count(*) from chance_claims where publisher like 'Deelvin%' and n_items is not null"
    ).item()
    assert claims >= 365


def test_36_real_files_of_stablelm_hold_thirty_models(real: Built) -> None:
    files, models = real.sql(
        "select count(distinct file), count(distinct run) from observations where source = 'stablelm'"
    ).row(0)
    assert files >= 36
    # Two of the thirty file names stand for one model's weights.
    assert models >= 29
