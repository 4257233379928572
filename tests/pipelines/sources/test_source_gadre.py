"""Gadre et al.'s runs: losses and scores meet by file name, and the catalogue's mistakes are told, not passed on."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources import gadre
from tests.tools.built import Built, Files, put
from tests.tools.synthetic import gadre as two_runs


def build(tmp_path: Path, files: Files) -> Built:
    mirror = tmp_path / "mirror"
    put(mirror, gadre.SOURCE, files)
    return Built(tmp_path / "home", mirror, [gadre.SOURCE]).ingest().run()


def changed(content: bytes, **values: object) -> bytes:
    return json.dumps(json.loads(content) | values).encode()


def test_a_run_is_its_file_s_name_whatever_its_uuid(tmp_path: Path) -> None:
    files = {
        path: changed(content, uuid="the same") if path.endswith(".json") else content
        for path, content in two_runs().items()
    }
    built = build(tmp_path, files)
    assert built.sql("select run_id, family from runs order by run_id").rows() == [
        ("gadre/c4_original-d=96-m=20", "open_lm c4_original"),
        ("gadre/rpj-d=96-m=20", "open_lm rpj"),
    ]


def test_tokens_of_a_loss_are_those_of_the_evaluation_and_never_the_checkpoint_s(tmp_path: Path) -> None:
    built = build(tmp_path, two_runs())
    assert built.sql("select distinct n_tokens from losses").rows() == [(1_000_000,)]
    assert built.sql("select distinct tokens from checkpoints").rows() == [(1_600_000_000,)]


@pytest.mark.parametrize("tokens", [2.058, 1e300])
def test_tokens_that_are_no_whole_number_are_rejected_with_their_place(tmp_path: Path, tokens: float) -> None:
    """2.058 counts billions: as tokens it would be 2."""
    files = two_runs()
    path = "exp_data/models/rpj-d=96-m=20.json"
    sizes = json.loads(files[path])["hyperparameters"]
    built = build(tmp_path, files | {path: changed(files[path], hyperparameters=sizes | {"tokens": tokens})})
    rejects = built.sql("select rule, file, place, value from rejects").rows()
    assert rejects == [("not_a_number", path, "hyperparameters.tokens", str(tokens))]
    assert built.sql("select checkpoint_id from checkpoints order by all").rows() == [
        ("gadre/c4_original-d=96-m=20@1600000000",),
        ("gadre/rpj-d=96-m=20@final",),
    ]


def test_an_evaluation_without_a_model_is_on_record_and_keeps_its_scores(tmp_path: Path) -> None:
    files = two_runs()
    path = "exp_data/evals/evaluation_nobody_heavy.json"
    files[path] = files.pop("exp_data/evals/evaluation_rpj-d=96-m=20_heavy.json")
    built = build(tmp_path, files)
    assert built.sql("select rule, file, value from rejects").rows() == [("no_model", path, "nobody")]
    nobody = "where run_id = 'gadre/nobody'"
    assert built.sql(f"select params, params_convention, tokenizer from runs {nobody}").row(0) == (None,) * 3
    assert built.sql(f"select count(*) from scores {nobody}").item() == 2


def test_keys_beside_the_known_ones_change_nothing(tmp_path: Path) -> None:
    files = two_runs()
    plain = build(tmp_path / "plain", files)
    more = {
        path: changed(content, creation_date="2024", odd={"a": [1, None]}) if "/evals/" in path else content
        for path, content in files.items()
    }
    built = build(tmp_path / "more", more)
    assert built.sql("from scores").equals(plain.sql("from scores"))
    assert built.sql("from rejects").is_empty()


def test_a_chance_in_percent_becomes_a_fraction_and_a_disputed_one_is_on_record(tmp_path: Path) -> None:
    files = two_runs()
    files["exp_data/eval_metadata.csv"] = files["exp_data/eval_metadata.csv"].replace(b",50\n", b",62\n")
    built = build(tmp_path, files)
    claims = built.sql(
        "select task, chance, chance_chosen, agrees from chance_claims where publisher like 'mlfoundations/scaling:%'"
        " and task in ('boolq', 'piqa') order by task"
    ).rows()
    assert claims == [("boolq", 0.62, 2033 / 3270, True), ("piqa", 0.62, 0.5, False)]
    chances = built.sql("select task, chance_stated, chance_canonical from task_chance order by 1").rows()
    assert chances == [("boolq", 0.62, 2033 / 3270), ("piqa", 0.62, 0.5)]


def test_real_runs_have_8_losses_and_46_scores_each(real: Built) -> None:
    counts = real.sql(
        "select run_id, n_losses, n_scores from "
        "(select run_id, count(*) as n_losses from losses where source = 'gadre' group by run_id) "
        "full join (select run_id, count(*) as n_scores from scores where source = 'gadre' group by run_id) "
        "using (run_id)"
    )
    assert counts.height >= 101
    whole = counts.filter((pl.col("n_losses") == 8) & (pl.col("n_scores") == 46))
    assert whole.height >= 101


def test_real_training_sets_are_three_of_a_third_of_the_runs_each(real: Built) -> None:
    families = real.sql("select family, count(*) as n from runs where source = 'gadre' group by family")
    assert families.height >= 3
    assert families["n"].min() >= 33


def test_real_runs_that_share_a_uuid_stay_apart(real: Built, mirror: Path) -> None:
    documents = [
        json.loads(path.read_bytes()) for path in (mirror / gadre.REPO).glob("*/exp_data/models/*.json")
    ]
    uuids = [document["uuid"] for document in documents]
    assert len(set(uuids)) < len(uuids)
    runs = real.sql("select count(*) from runs where source = 'gadre'").item()
    assert runs == len(documents)


def test_real_losses_and_scores_are_the_published_numbers_to_the_last_bit(real: Built, mirror: Path) -> None:
    published = {}
    for path in (mirror / gadre.REPO).glob("*/exp_data/evals/*.json"):
        run = path.stem.removeprefix("evaluation_").removesuffix("_heavy")
        for task, score in json.loads(path.read_bytes())["eval_metrics"]["icl"].items():
            published[f"gadre/{run}", f"eval_metrics.icl.{task}"] = score
    kept = real.sql("select run_id, place, score from scores where source = 'gadre'").rows()
    assert {(run, place): score for run, place, score in kept} == published
    losses = sorted(
        result["loss"]
        for path in (mirror / gadre.REPO).glob("*/exp_data/models/*.json")
        for result in json.loads(path.read_bytes())["results"]
    )
    assert (
        real.sql("select loss from losses where source = 'gadre' order by loss")["loss"].to_list() == losses
    )


def test_real_wrong_levels_of_chance_are_on_record_and_not_used(real: Built) -> None:
    """LSAT sections and CommonsenseQA have five options, MathQA too; BoolQ is 50 here and 62 elsewhere."""
    wrong = real.sql(
        "select distinct task, chance, chance_chosen from chance_claims "
        "where publisher like 'mlfoundations/scaling:%' and not agrees and task in "
        "('agi_eval_lsat_ar', 'agi_eval_lsat_lr', 'agi_eval_lsat_rc', 'csqa', 'math_qa') order by task"
    ).rows()
    assert wrong == [
        (task, 0.25, 0.2)
        for task in ("agi_eval_lsat_ar", "agi_eval_lsat_lr", "agi_eval_lsat_rc", "csqa", "math_qa")
    ]
    boolq = real.sql("select distinct chance from chance_claims where task = 'boolq' and chance > 0").rows()
    assert {round(chance, 2) for (chance,) in boolq} >= {0.5, 0.62}


def test_real_items_are_as_few_as_32_and_the_error_says_so(real: Built) -> None:
    few = real.sql(
        "select distinct task, n_items, stderr_source from scores where source = 'gadre' and n_items = "
        "(select min(n_items) from scores where source = 'gadre') order by task"
    ).rows()
    assert few == [
        ("bigbench_novel_concepts", 32, "derived"),
        ("bigbench_repeat_copy_logic", 32, "derived"),
    ]
