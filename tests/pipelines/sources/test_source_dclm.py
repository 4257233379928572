"""DataComp-LM: evaluations meet their models by uuid, and every kind of dirt of its files is caught."""

import json
from pathlib import Path

import pytest

from pipelines.sources import dclm
from tests.tools.built import Built, Files, put

HEADER = "Eval Task,Task Category,Task Type,#shots,#datapoints,Random baseline,Centered Metric?,Description\n"
TABLE = HEADER + (
    "mmlu_zeroshot,world knowledge,multiple choice,0,14042,25,,letters\n"
    "squad,reading comprehension,language modeling,10,10570,0,,exact\n"
    "piqa,commonsense reasoning,multiple choice,10,1838,50,,two\n"
)
OPENLM = "/x/open_lm_val/shard_00000000.tar"


def model(uuid: str, results: list[dict[str, object]] | None = None, tokens: object = 28795904000) -> bytes:
    sizes = {
        "model": "open_lm_1b",
        "tokens": tokens,
        "params": 1439795200,
        "params_no_embed": 1336510464,
    }
    document = {
        "uuid": uuid,
        "dataset_name": "mix",
        "hyperparameters": sizes | {"seed": 124},
        "results": results or [],
    }
    return json.dumps(document).encode()


def validation(loss: float, data: str = OPENLM) -> dict[str, object]:
    interval = {"loss_sequences_lower_95": loss - 0.1, "loss_sequences_upper_95": loss + 0.1}
    return {"loss": loss, "val_data": [data], "tokens": 245760, "sequences": 120} | interval


def evaluation(uuid: str | None, metrics: dict[str, object] | None = None, **scores: float) -> bytes:
    document: dict[str, object] = {
        "model": "tiiuae/falcon-7b",
        "eval_metrics": {"icl": scores} | (metrics or {}),
    }
    if uuid:
        document["model_uuid"] = uuid
    return json.dumps(document).encode()


def build(tmp_path: Path, files: Files) -> Built:
    mirror = tmp_path / "mirror"
    put(mirror, dclm.SOURCE, {"eval/eval_meta_data.csv": TABLE.encode()} | files)
    return Built(tmp_path / "home", mirror, [dclm.SOURCE]).ingest().run()


def test_an_evaluation_meets_its_model_by_uuid_and_its_perplexity_is_a_cross_entropy(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/evals/evaluation_anything_heavy.json": evaluation("u1", {"perplexity": 2.5}, squad=0.3),
        },
    )
    row = built.sql("select * from loss_scores").row(0, named=True)
    assert row["run_id"] == "dclm/run-a"
    assert row["checkpoint_id"] == "dclm/run-a@28795904000"
    assert (row["loss"], row["unit"], row["corpus"]) == (2.5, "nats_per_token", "openlm")
    assert (row["score"], row["n_shot"], row["format"], row["n_items"]) == (0.3, 10, "generate", 10570)


def test_a_loss_without_a_model_is_rejected_and_its_scores_kept_under_the_file_s_name(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {"exp_data/evals/evaluation_mates_heavy.json": evaluation(None, {"perplexity": 2.4}, piqa=0.7)},
    )
    assert built.sql("select rule from rejects")["rule"].to_list() == ["no_model"]
    row = built.sql("select checkpoint_id, score from scores").row(0)
    assert row == ("dclm/mates@final", 0.7)
    assert built.sql("select model, owner from models").row(0) == ("tiiuae/falcon-7b", "TII")


def test_a_copy_yields_to_the_file_that_is_none(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/evals/evaluation_a_heavy_copy.json": evaluation("u1", piqa=0.8, squad=0.2),
            "exp_data/evals/evaluation_z_heavy.json": evaluation("u1", piqa=0.7, squad=0.2),
        },
    )
    assert built.sql("select score from scores where task = 'piqa'")["score"].to_list() == [0.7]
    counts = built.sql("select rows_kept, rows_duplicate, rejects from sources where source = 'dclm'").row(0)
    assert counts == (2, 1, "conflicting_duplicate: 1")


def test_of_two_models_with_one_uuid_the_evaluation_s_name_tells(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/models/run-b.json": model("u1", tokens=5_000_000),
            "exp_data/evals/evaluation_run-a_heavy.json": evaluation("u1", {"perplexity": 2.5}, piqa=0.7),
            "exp_data/evals/evaluation_run-b_heavy_copy.json": evaluation(
                "u1", {"perplexity": 2.6}, piqa=0.6
            ),
            "exp_data/evals/evaluation_other_heavy.json": evaluation("u1", piqa=0.8),
        },
    )
    scores = built.sql("select checkpoint_id, score from scores order by all").rows()
    assert scores == [
        ("dclm/other@final", 0.8),
        ("dclm/run-a@28795904000", 0.7),
        ("dclm/run-b@5000000", 0.6),
    ]
    assert built.sql("select run_id, loss from losses order by all").rows() == [
        ("dclm/run-a", 2.5),
        ("dclm/run-b", 2.6),
    ]
    assert built.sql("select rule, file, place, value from rejects").rows() == [
        ("no_model", "exp_data/evals/evaluation_other_heavy.json", "model_uuid", "u1")
    ]


def test_an_evaluation_whose_model_has_no_file_is_on_record_and_keeps_its_scores(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/evals/evaluation_run-b_heavy.json": evaluation("u2", piqa=0.6),
        },
    )
    assert built.sql("select rule, place, value from rejects").rows() == [("no_model", "model_uuid", "u2")]
    assert built.sql("select run_id, params, tokenizer from runs").rows() == [("dclm/run-b", None, None)]
    assert built.sql("select score from scores")["score"].to_list() == [0.6]


@pytest.mark.parametrize("tokens", [28.795904, 1e300])
def test_tokens_that_are_no_whole_number_are_rejected_with_their_place(tmp_path: Path, tokens: float) -> None:
    files = {
        "exp_data/models/run-a.json": model("u1", tokens=tokens),
        "exp_data/evals/evaluation_run-a_heavy.json": evaluation("u1", piqa=0.6),
    }
    built = build(tmp_path, files)
    rejects = built.sql("select rule, place, value from rejects").rows()
    assert rejects == [("not_a_number", "hyperparameters.tokens", str(tokens))]
    assert built.sql("select checkpoint_id from scores").rows() == [("dclm/run-a@final",)]


def test_a_run_that_names_its_tokenizer_has_that_one(tmp_path: Path) -> None:
    names = {"c4-open_lm_1b": "u1", "c4_arcade100k-open_lm_1b_arcade100k": "u2"}
    files: Files = {}
    for name, uuid in names.items():
        files[f"exp_data/models/{name}.json"] = model(uuid)
        files[f"exp_data/evals/evaluation_{name}_heavy.json"] = evaluation(uuid, piqa=0.6)
    built = build(tmp_path, files)
    assert built.sql("select tokenizer from runs order by run_id")["tokenizer"].to_list() == [
        "gpt-neox",
        "arcade100k",
    ]


@pytest.mark.parametrize("spelling", ["downstream_perpexity", "downstream_perplexity"])
def test_task_losses_are_a_metric_of_their_own_under_either_spelling(tmp_path: Path, spelling: str) -> None:
    losses = {spelling: {"mmlu": 1.7, "jeopardy_all": 2.0}}
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/evals/evaluation_a_heavy.json": evaluation("u1", losses, mmlu_zeroshot=0.26),
        },
    )
    rows = built.sql(
        "select task, format, metric, n_shot, score, chance from scores order by metric, task"
    ).rows()
    assert rows == [
        ("mmlu", "mc", "acc", 0, 0.26, 0.25),
        ("jeopardy", "rc", "task_loss", None, 2.0, None),
        ("mmlu", "rc", "task_loss", None, 1.7, None),
    ]
    assert built.sql("select role, higher_is_better from metrics where metric = 'task_loss'").row(0) == (
        "answer_loss",
        False,
    )


def test_a_loss_in_both_files_is_kept_twice_and_the_evaluation_s_is_used(tmp_path: Path) -> None:
    shards = "/x/paloma_val/{00000001..00000004}.tar"
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1", [validation(3.2653), validation(3.05, shards)]),
            "exp_data/evals/evaluation_a_heavy.json": evaluation("u1", {"perplexity": 3.26546}, piqa=0.7),
        },
    )
    losses = built.sql("select corpus, revision, loss, is_used from losses order by corpus, revision").rows()
    assert losses == [
        ("openlm", "first", 3.2653, False),
        ("openlm", "revised", 3.26546, True),
        ("paloma", "only", 3.05, True),
    ]


def test_empty_results_and_evaluations_of_other_sets_of_tasks_are_no_dirt(tmp_path: Path) -> None:
    built = build(
        tmp_path,
        {
            "exp_data/models/run-a.json": model("u1"),
            "exp_data/evals/evaluation_a_heavy.json": evaluation("u1", piqa=0.7, a_new_task=0.5),
        },
    )
    assert built.sql("select * from rejects").is_empty()
    new = built.sql("select n_items, chance from scores where task = 'a_new_task'").row(0)
    assert new == (None, None)


def test_of_156_evaluations_at_least_66_give_a_loss_and_name_a_model(real: Built) -> None:
    files = real.sql("select count(*) from raw_files where source = 'dclm' and file like '%/evals/%'").item()
    assert files >= 156
    paired = real.sql(
        "select count(distinct run_id) from losses "
        "where source = 'dclm' and file like '%/evals/%' and is_used"
    ).item()
    assert paired >= 66
    # Seven more have their loss on the same text in the model file alone, so that 73 runs meet on this axis.
    openlm = real.sql(
        "select count(distinct run_id) from loss_scores where source = 'dclm' and corpus = 'openlm'"
    ).item()
    assert openlm >= paired + 7


def test_the_real_sets_of_tasks_are_of_51_53_and_56(real: Built) -> None:
    sizes = real.sql(
        "select n, count(*) from (select file, count(*) as n from scores "
        "where source = 'dclm' and metric <> 'task_loss' group by file) group by n order by n"
    ).rows()
    found = dict(sizes)
    assert all(found[n] >= files for n, files in ((51, 5), (53, 68), (56, 83)))


def test_the_only_real_rejects_are_losses_that_name_no_model_and_models_without_a_file(real: Built) -> None:
    rejects = real.sql("select rule, place, file from rejects where source = 'dclm' order by place").rows()
    assert {(rule, place) for rule, place, _ in rejects} == {
        ("no_model", "eval_metrics.perplexity"),
        ("no_model", "model_uuid"),
    }
    files = [file for _, place, file in rejects if place == "model_uuid"]
    assert any("fineweb_edu_sample_350BT-open_lm_7b" in file for file in files)
    losses = real.sql(
        "select min(loss), max(loss) from losses where source = 'dclm' and corpus = 'openlm'"
    ).row(0)
    # As perplexities these would be cross-entropies of 0.7 to 1.3 nats per token: no model so small has them.
    assert 1.8 < losses[0] <= 2.0276 < 3.6594 < losses[1] < 5


def test_the_real_run_of_another_tokenizer_says_so(real: Built) -> None:
    tokenizers = real.sql(
        "select tokenizer, count(*) from runs where source = 'dclm' and params is not null group by all"
    ).rows()
    found = dict(tokenizers)
    assert found["arcade100k"] >= 1
    assert found["gpt-neox"] >= 132
