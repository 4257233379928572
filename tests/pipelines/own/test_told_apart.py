"""What two files or rows of one step say unlike: told apart by what stands beside, or asked; never the later one."""

from pathlib import Path

import pytest

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
    "unlike", [{"model_sha": "bbb"}, {"model_args": "pretrained=ck/step10,peft=me/lora"}]
)
@pytest.mark.parametrize("form", ["new", "old"])
def test_one_step_of_unlike_weights_is_asked_about(tmp_path: Path, unlike: Json, form: str) -> None:
    config: Json = {"model_args": "pretrained=ck/step10,device=cuda:0", "model_sha": "aaa", "num_fewshot": 0}
    for name, told, score in (("a", config, 0.6), ("b", config | unlike, 0.7)):
        metrics = {"piqa": {"acc": score, "acc_norm": score}}
        made = (
            old_harness(metrics, **told)
            if form == "old"
            else harness(metrics, model="ck/step10", more={"config": told})
        )
        write(tmp_path / f"{name}.json", made | {"date": 1.0 if name == "a" else 2.0})
    asked = planned(tmp_path, **LOSS)
    assert [q.key for q in asked.open_questions()] == ['files."a.json".skip']
    assert asked.settled.scores.is_empty()
    for answer in (True, False):
        assert (
            scores_of(asked.answered({'files."a.json".skip': answer}), "score", "file")
            == [(0.7, "b.json")] * 2
        )
    for name, told, score in (
        ("a", config, 0.6),
        ("b", config | {"model_args": "pretrained=ck/step10"}, 0.7),
    ):
        made = harness({"piqa": {"acc,none": score}}, model="ck/step10", more={"config": told})
        write(tmp_path / f"{name}.json", made | {"date": 1.0 if name == "a" else 2.0})
    later = planned(tmp_path, **LOSS)
    assert scores_of(later, "score") == [(0.7,)]
    assert "said again later" in said(later.settled.said.left)


def test_columns_that_are_called_by_their_step_alone_are_of_one_run(tmp_path: Path) -> None:
    table = "dataset,version,metric,mode,step1000,step2000\npiqa,47bff9,accuracy,ppl,60.1,61.2\n"
    write(tmp_path / "summary.csv", table)
    plan = planned(tmp_path, **LOSS).answered({"scores.n_shot": 0, "scores.format": "rc"})
    assert scores_of(plan, "run", "step") == [(tmp_path.name, 1000), (tmp_path.name, 2000)]
