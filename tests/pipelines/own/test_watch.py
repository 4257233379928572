"""From inside a training loop: checkpoints appended, told back; callbacks of the two trainers."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pipelines.watch import Change, lightning_callback, trainer_callback, watch
from tests.tools.own_files import planned


def test_checkpoints_are_appended_and_a_step_said_again_replaces(tmp_path: Path) -> None:
    told = {"unit": "nats_per_token", "home": tmp_path, "tokens_per_step": 10}
    for step, loss in ((1, 4.0), (2, 3.5), (2, 3.4)):
        change = watch("live/1", step, losses={"c4_en": loss}, scores={"piqa": 0.5}, **told)
        assert not change.refused
        assert not change.fell
    (folder,) = (tmp_path / "drop").iterdir()
    plan = planned(folder)
    assert plan.name == "live/1"
    assert plan.settled.losses.select("step", "tokens", "loss").rows() == [(1, 10, 4.0), (2, 20, 3.4)]
    assert plan.settled.scores.height == 2


def test_a_value_that_cannot_be_is_told_back(tmp_path: Path) -> None:
    change = watch("live", 1, tokens=10, losses={"c4_en": float("nan")}, unit="nats_per_token", home=tmp_path)
    assert "not_a_number" in change.refused[0]
    change = watch("live", 2, losses={"c4_en": 3.0}, unit="nats_per_token", home=tmp_path)
    assert any("optimizer step" in text for text in change.refused)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"scores": {"piqa": None}}, "piqa at step 1 has no value"),
        ({"losses": {"c4_en": None}, "unit": "nats_per_token"}, "c4_en at step 1 has no value"),
        ({"scores": {"piqa": 0.5}, "metric": "foo"}, "no metric is called foo"),
        ({"scores": {"piqa": 0.5}, "token_per_step": 7}, "nothing is called 'token_per_step'"),
    ],
)
def test_what_is_not_taken_is_told_back(tmp_path: Path, told: dict[str, Any], said: str) -> None:
    change = watch("live", 1, tokens=1e9, home=tmp_path, **told)
    assert said in "\n".join(change.refused)


@pytest.fixture
def changes() -> list[Change]:
    return []


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str, **classes: Any) -> None:
    """A module of a trainer's library with the base class that its callbacks have."""
    module = ModuleType(name)
    vars(module).update(classes)
    monkeypatch.setitem(sys.modules, name, module)


def test_the_callback_of_transformers_watches_each_evaluation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: list[Change]
) -> None:
    stand_in(monkeypatch, "transformers", TrainerCallback=type("TrainerCallback", (), {}))
    callback = trainer_callback(
        "live", corpora={"eval_c4_loss": "c4_en"}, told=changes.append, home=tmp_path, tokens_per_step=7
    )
    state = SimpleNamespace(global_step=3, is_world_process_zero=True)
    other = SimpleNamespace(global_step=3, is_world_process_zero=False)
    callback.on_evaluate(None, other, None, metrics={"eval_c4_loss": 3.2})
    callback.on_evaluate(None, state, None, metrics={"eval_c4_loss": 3.2, "eval_runtime": 1.0})
    callback.on_evaluate(None, state, None, metrics={"eval_other_loss": 1.0})
    assert [(c.run, c.step, c.refused) for c in changes] == [("live", 3, ())]


def test_what_a_callback_cannot_take_is_logged_once_and_never_ends_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in(monkeypatch, "transformers", TrainerCallback=type("TrainerCallback", (), {}))
    callback = trainer_callback("live", corpora={"eval_loss": "c4_en"}, home=tmp_path)
    for step, loss in ((3, None), (4, 3.2), (5, 3.1)):
        state = SimpleNamespace(global_step=step, is_world_process_zero=True)
        callback.on_evaluate(None, state, None, metrics={"eval_loss": loss})
    assert "step 3 of live was not watched" in caplog.text
    assert caplog.text.count("how many tokens is one optimizer step") == 2
    assert "2 values wait for it" in caplog.text


def test_the_callback_of_lightning_leaves_the_check_before_training_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: list[Change]
) -> None:
    stand_in(monkeypatch, "lightning")
    stand_in(monkeypatch, "lightning.pytorch", Callback=type("Callback", (), {}))
    callback = lightning_callback(
        "live", corpora={"val_loss": "c4_en"}, told=changes.append, home=tmp_path, tokens_per_step=7
    )
    for checking, first, step in ((True, True, 0), (False, True, 5), (False, False, 6)):
        trainer = SimpleNamespace(
            sanity_checking=checking,
            is_global_zero=first,
            global_step=step,
            callback_metrics={"val_loss": 3.0},
        )
        callback.on_validation_end(trainer, None)
    assert [c.step for c in changes] == [5]


def test_what_goes_wrong_never_ends_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: list[Change], caplog: pytest.LogCaptureFixture
) -> None:
    stand_in(monkeypatch, "transformers", TrainerCallback=type("TrainerCallback", (), {}))
    (tmp_path / "drop").write_text("no folder")
    callback = trainer_callback("live", corpora={"eval_loss": "c4_en"}, told=changes.append, home=tmp_path)
    state = SimpleNamespace(global_step=3, is_world_process_zero=True)
    callback.on_evaluate(None, state, None, metrics={"eval_loss": 3.2})
    assert not changes
    assert "step 3 of live was not watched" in caplog.text
