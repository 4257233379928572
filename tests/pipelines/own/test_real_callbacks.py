"""The callbacks inside real trainings by transformers' Trainer and by Lightning, where those are installed."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.watch import Change, lightning_callback, trainer_callback
from tests.tools.own_files import planned

STEPS, EVERY = 6, 2


def losses_of(home: Path) -> list[tuple[Any, ...]]:
    """What the drop folder holds of the one run that was watched."""
    (folder,) = (home / "drop").iterdir()
    return planned(folder).settled.losses.select("step", "tokens", "corpus").rows()


def told_of(changes: list[Change]) -> list[int]:
    assert not [change.refused for change in changes if change.refused]
    return [change.step for change in changes]


def test_a_trainer_of_transformers_calls_the_callback_at_each_evaluation(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    pytest.importorskip("accelerate")

    class Model(torch.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.line = torch.nn.Linear(1, 1)

        def forward(self, x: Any, labels: Any) -> dict[str, Any]:
            return {"loss": (self.line(x) - labels).square().mean() + 3.0}

    rows = [{"x": torch.tensor([0.1 * k]), "labels": torch.tensor([0.2 * k])} for k in range(8)]
    changes: list[Change] = []
    callback = trainer_callback(
        "live", corpora={"eval_loss": "c4_en"}, told=changes.append, home=tmp_path, tokens_per_step=7
    )
    settings = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"), max_steps=STEPS, eval_strategy="steps", eval_steps=EVERY,
        per_device_train_batch_size=2, learning_rate=1e-4, report_to=[], use_cpu=True, disable_tqdm=True,
        save_strategy="no", logging_strategy="no",
    )  # fmt: skip
    transformers.Trainer(
        model=Model(), args=settings, train_dataset=rows, eval_dataset=rows, callbacks=[callback]
    ).train()
    assert told_of(changes) == [2, 4, 6]
    assert losses_of(tmp_path) == [(2, 14, "c4_en"), (4, 28, "c4_en"), (6, 42, "c4_en")]


def test_a_trainer_of_lightning_calls_the_callback_at_each_validation(tmp_path: Path) -> None:
    lightning = pytest.importorskip("lightning")
    torch = pytest.importorskip("torch")

    class Model(lightning.LightningModule):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.line = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, _: int) -> Any:
            return self.line(batch).square().mean()

        def validation_step(self, batch: Any, _: int) -> None:
            self.log("val_loss", self.line(batch).square().mean() + 3.0)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=1e-4)

    data = torch.utils.data.DataLoader([torch.tensor([0.1 * k]) for k in range(STEPS)])
    changes: list[Change] = []
    callback = lightning_callback(
        "live", corpora={"val_loss": "c4_en"}, told=changes.append, home=tmp_path, tokens_per_step=7
    )
    lightning.Trainer(
        max_steps=STEPS, val_check_interval=EVERY, callbacks=[callback], logger=False, accelerator="cpu",
        devices=1, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        default_root_dir=tmp_path / "out",
    ).fit(Model(), data, data)  # fmt: skip
    assert told_of(changes) == [2, 4, 6]
    assert losses_of(tmp_path) == [(2, 14, "c4_en"), (4, 28, "c4_en"), (6, 42, "c4_en")]
