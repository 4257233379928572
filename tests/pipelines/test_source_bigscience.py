"""BigScience: arrays over tokens, parts gathered twice, prompts and temperatures kept apart."""

import json
from pathlib import Path

import pytest

from pipelines.sources import bigscience
from tests.pipelines.built import Built, Files, put
from tests.pipelines.synthetic import as_json

RUN = "evaluation/results/tr3/tr3m-1B3-pile-checkpoints_agg.json"


def build(tmp_path: Path, files: Files, *wanted: str) -> Built:
    put(tmp_path / "mirror", bigscience.SOURCE, files)
    return Built(tmp_path / "home", tmp_path / "mirror", [bigscience.SOURCE]).ingest().run(*wanted)


def trajectory(tokens: list[object], steps: list[object], acc: list[object]) -> Files:
    document = {
        "tokens": tokens,
        "checkpoints": steps,
        "results": {"piqa": {"acc": acc}, "rte": {"acc": [0.5]}},
    }
    return {RUN: as_json(document)}


def test_arrays_become_a_row_a_checkpoint(tmp_path: Path) -> None:
    built = build(tmp_path, trajectory([1000, 2000], [1, 2], [0.5, 0.6]), "observations")
    rows = built.sql("select run_id, step, tokens, value, is_final from observations order by tokens")
    assert rows.rows() == [
        ("bigscience/tr3m-1B3-pile", 1, 1000, 0.5, False),
        ("bigscience/tr3m-1B3-pile", 2, 2000, 0.6, True),
    ]
    assert built.sql("select rule, place from raw_rejects").rows() == [("ragged_array", "results.rte.acc")]


@pytest.mark.parametrize("tokens", [10.044, "10044178432", -1, None, 500, True])
def test_tokens_in_another_unit_are_rejected_and_the_other_checkpoints_stay(
    tmp_path: Path, tokens: object
) -> None:
    """A run has seen a token a step at least: 500 or 10.044 must count millions or billions of them."""
    built = build(tmp_path, trajectory([tokens, 2_000_000], [19500, 21000], [0.5, 0.6]), "observations")
    assert built.sql("select tokens from observations")["tokens"].to_list() == [2_000_000]
    assert "no_position" in built.sql("select rule from raw_rejects")["rule"].to_list()


def test_prompts_are_different_tasks_with_the_chance_of_the_task(tmp_path: Path) -> None:
    results = {
        f"rte+{prompt}": {"2022-07-07-15-16-12": {"acc": 0.5}} for prompt in ("GPT-3 style", "can we infer")
    }
    files = {"evaluation/results/tr11/bloom/bslmeval.json": as_json({"results": results})}
    built = build(tmp_path, files, "scores")
    assert built.sql("select task, chance, n_items from scores order by task").rows() == [
        ("rte+GPT-3 style", 0.5, 277),
        ("rte+can we infer", 0.5, 277),
    ]
    assert built.sql("select title from tasks order by task")["title"].to_list() == [
        "RTE, prompt GPT-3 style",
        "RTE, prompt can we infer",
    ]


def test_of_two_times_the_newest_is_taken(tmp_path: Path) -> None:
    timed = {"rte": {"2022-07-07-15-16-12": {"acc": 0.5}, "2022-07-09-15-16-12": {"acc": 0.6}}}
    files = {"evaluation/results/tr11/bloom/bslmeval.json": as_json({"results": timed})}
    assert build(tmp_path, files, "scores").sql("select score from scores").item() == 0.6


def test_real_runs_have_a_score_a_checkpoint_and_metric(real: Built, mirror: Path) -> None:
    """The mirror's five runs of 62, 66, 63, 34 and 63 checkpoints; 42 metrics each."""
    for path in mirror.glob("bigscience-workshop/bigscience/*/evaluation/results/tr*/*_agg.json"):
        document = json.loads(path.read_bytes())
        metrics = [k for task in document["results"].values() for k in task if not k.endswith("_stderr")]
        stem = path.stem.removesuffix("_agg").removesuffix("-checkpoints")
        found = real.sql(
            "select count(*) as n, count(distinct checkpoint_id) as checkpoints from scores "
            f"where run_id = 'bigscience/{stem}'"
        )
        assert found.row(0) == (len(metrics) * len(document["tokens"]), len(document["tokens"]))


def test_real_parts_are_all_gathered_and_equal(real: Built) -> None:
    parts = real.sql(
        "select status, count(*) as n from observations where source = 'bigscience' "
        "and file like '%/bslmevalfiles/%' group by all"
    )
    assert parts["status"].to_list() == ["duplicate"]
    assert real.sql("select count(*) from rejects where source = 'bigscience'").item() == 0


def test_real_source_has_scores_only(real: Built) -> None:
    kinds = real.sql("select distinct kind from observations where source = 'bigscience'")
    assert kinds["kind"].to_list() == ["score"]


def test_real_tokens_grow_by_the_batch(real: Built) -> None:
    """512 sequences of 2,048 tokens a step after the warm-up of the batch."""
    steps = real.sql(
        "select distinct (tokens - lag(tokens) over run) / (step - lag(step) over run) as batch "
        "from checkpoints "
        "where source = 'bigscience' and step is not null window run as (partition by run_id order by step) "
        "qualify batch is not null"
    )
    assert steps["batch"].to_list() == [512 * 2048]
