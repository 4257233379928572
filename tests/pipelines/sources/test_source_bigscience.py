"""BigScience: arrays over tokens, parts gathered twice, prompts and temperatures kept apart."""

import json
from pathlib import Path

import pytest

from pipelines.sources import bigscience
from tests.tools.built import Built, Files, put
from tests.tools.synthetic import as_json

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


def test_files_that_nobody_has_met_are_runs_of_their_own_and_get_no_size_by_default(tmp_path: Path) -> None:
    other = as_json({"tokens": [1000], "checkpoints": [1], "results": {"piqa": {"acc": [0.5]}}})
    ended = as_json({"results": {"piqa": {"acc": 0.6}}})
    files = {
        "evaluation/results/tr5/tr5c-6B3-pile_agg.json": other,
        "evaluation/results/tr5/tr5d-1B3-pile-agg.json": other,
        "evaluation/results/tr1/Tr1-13B-harness-eval.json": ended,
        "evaluation/results/tr1/Tr1-350M-harness-eval.json": ended,
    }
    built = build(tmp_path, files)
    assert built.sql("select run_id, params from runs order by run_id").rows() == [
        ("bigscience/tr1", 13_000_000_000),
        ("bigscience/tr1/Tr1-350M", None),
        ("bigscience/tr5c-6B3-pile", None),
        ("bigscience/tr5d-1B3-pile", 1_300_000_000),
    ]
    assert built.sql("select count(*) from rejects").item() == 0


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
        ("rte+GPT-3 style", 146 / 277, 277),
        ("rte+can we infer", 146 / 277, 277),
    ]
    assert built.sql("select title from tasks order by task")["title"].to_list() == [
        "RTE, prompt GPT-3 style",
        "RTE, prompt can we infer",
    ]


def test_of_two_times_the_newest_is_taken(tmp_path: Path) -> None:
    timed = {"rte": {"2022-07-07-15-16-12": {"acc": 0.5}, "2022-07-09-15-16-12": {"acc": 0.6}}}
    files = {"evaluation/results/tr11/bloom/bslmeval.json": as_json({"results": timed})}
    assert build(tmp_path, files, "scores").sql("select score from scores").item() == 0.6


@pytest.mark.parametrize("n_shot", [-1, 2.5, "5", None])
def test_shots_that_are_no_number_of_examples_are_rejected_and_not_taken_for_none(
    tmp_path: Path, n_shot: object
) -> None:
    document = {"table_results": {"rte+must be true": {"acc": 0.6}}, "config": {"num_fewshot": n_shot}}
    folder = "evaluation/results/tr11/bloom/bslmevalfiles"
    good = as_json(document | {"config": {"num_fewshot": 5}})
    built = build(tmp_path, {f"{folder}/a.json": as_json(document), f"{folder}/b.json": good}, "scores")
    assert built.sql("select file, n_shot from scores").rows() == [(f"{folder}/b.json", 5)]
    rejects = built.sql("select rule, file, place from raw_rejects").rows()
    assert rejects == [("missing_field", f"{folder}/a.json", "config.num_fewshot")]


def follow(document: object, place: str) -> list[object]:
    """Return every value that a place leads to; keys may hold points themselves."""
    if not place:
        return [document]
    if isinstance(document, list):
        at, _, rest = place.removeprefix("[").partition("]")
        return follow(document[int(at)], rest.removeprefix("."))
    if not isinstance(document, dict):
        return []
    found: list[object] = []
    for key, value in document.items():
        if place == key or place.startswith((f"{key}.", f"{key}[")):
            found += follow(value, place[len(key) :].removeprefix("."))
    return found


def test_every_place_leads_to_its_value(tmp_path: Path) -> None:
    timed = {"axb+v1.0 style": {"2022-07-07": {"acc": 0.5}, "2022-07-09": {"acc": 0.6}}}
    folder = "evaluation/results/tr11/bloom"
    files = trajectory([1000, 2000], [1, 2], [0.7, 0.8]) | {
        f"{folder}/bslmeval.json": as_json({"results": timed}),
        f"{folder}/bslmevalfiles/a.json": as_json({"results": [], "table_results": {"rte": {"acc": 0.4}}}),
        f"{folder}/humaneval_temp02.json": as_json({"pass@1": 0.3}),
    }
    built = build(tmp_path, files, "observations")
    rows = built.sql("select file, place, value from observations order by value").rows()
    assert [place for _, place, _ in rows] == [
        "pass@1",
        "table_results.rte.acc",
        "results.axb+v1.0 style.2022-07-09.acc",
        "results.piqa.acc[0]",
        "results.piqa.acc[1]",
    ]
    assert [follow(json.loads(files[file]), place) for file, place, _ in rows] == [[v] for _, _, v in rows]


def test_every_real_place_leads_to_its_value(real: Built, mirror: Path) -> None:
    published: dict[str, object] = {}
    root = mirror / bigscience.SOURCE.origins[0].repo / bigscience.SOURCE.origins[0].commit
    rows = real.sql("select file, place, value from observations where source = 'bigscience'").rows()
    for file in {file for file, _, _ in rows}:
        published[file] = json.loads((root / file).read_bytes())
    lost = [(file, place) for file, place, value in rows if follow(published[file], place) != [value]]
    assert not lost
    assert len(rows) > 16_000


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
    assert 512 * 2048 in steps["batch"].to_list()
