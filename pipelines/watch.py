"""A training loop's own look at the curves: put a checkpoint into the drop folder, hear whether it fell off.

``emergence.watch`` is this module's ``watch``; callbacks for transformers and Lightning call it.
"""

import csv
import io
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from emergence.off_curve.compare import compare_scores
from emergence.off_curve.newest import Newest, judge_newest
from pipelines.keys import SERIES
from pipelines.own.card.card import CARD, Card, check_card, read_card
from pipelines.own.card.text import with_answer
from pipelines.own.drop_folder import DROP, OWN_PREFIX, WATCHED, run_folder
from pipelines.own.files import find_files
from pipelines.own.read_run import gather
from pipelines.own.reading.curves import REPLACED
from pipelines.own.report import axis_of
from pipelines.own.settling.frame import Said
from pipelines.own.settling.repeats import SAID_AGAIN
from pipelines.own.settling.settle import Settled
from pipelines.release.open_release import NoReleaseError, open_release
from pipelines.settings import Settings

LOSSES, SCORES = WATCHED
LOSS_COLUMNS = ("step", "tokens", "corpus", "unit", "loss")
SCORE_COLUMNS = ("step", "tokens", "task", "format", "metric", "n_shot", "score", "n_items")
NEAR = 0.02
# What a step that is said again takes the place of is no loss; what waits is told by its question.
_NO_LOSS = (REPLACED, SAID_AGAIN)
_WAITS = "see the question"


@dataclass(frozen=True)
class Change:
    """What a checkpoint changed: each score beside what the curves foretell, and whether the run fell.

    ``expected`` has task, format, metric, n_shot, loss, score, expected, expected_low, expected_high and
    is_off; it is empty before the first release, or where no other run is on the axis. ``refused`` are values
    that could not be taken, and keywords that there are none of, each in a sentence.
    """

    run: str
    step: int
    expected: pl.DataFrame
    newest: Newest | None
    refused: tuple[str, ...]

    @property
    def fell(self) -> bool:
        """Whether the checkpoint fell as a whole, or a task of it fell off."""
        down = self.expected.filter(pl.col("is_off"), pl.col("score") < pl.col("expected")).height
        return bool(down) or (self.newest is not None and self.newest.fell)


def watch(
    run: str,
    step: int,
    *,
    tokens: float | None = None,
    losses: Mapping[str, float] | None = None,
    unit: str | None = None,
    scores: Mapping[str, float] | None = None,
    n_items: Mapping[str, int] | None = None,
    format: str = "rc",
    metric: str = "acc",
    n_shot: int = 0,
    home: Path | None = None,
    **card: Any,
) -> Change:
    """Add one checkpoint of a running training and say how it lies on the curves of the newest release.

    ``losses`` are by corpus, in ``unit``; ``scores`` are fractions by task, asked as ``format``, ``metric``
    and ``n_shot`` say. ``tokens`` were seen so far; without it ``tokens_per_step`` must be in the card. Other
    keywords go into the run's card (tokenizer, params, tokens_per_step, …). The next `emergence run`
    publishes it. A step said again replaces the older one. Raises InputError for a card that is no TOML.
    """
    home = home or Settings.from_environment().home
    run = run.removeprefix(OWN_PREFIX)
    folder = home / DROP / run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    _write_card(folder / CARD, {"run": run, **card})
    counted = "" if tokens is None else repr(int(tokens))
    loss_rows = [(step, counted, corpus, unit or "", value) for corpus, value in (losses or {}).items()]
    score_rows = [
        (step, counted, task, format, metric, n_shot, value, (n_items or {}).get(task, ""))
        for task, value in (scores or {}).items()
    ]
    _append(folder / LOSSES, LOSS_COLUMNS, loss_rows)
    _append(folder / SCORES, SCORE_COLUMNS, score_rows)
    told = {**(losses or {}), **(scores or {})}
    empty = tuple(f"{name} at step {step} has no value" for name, value in told.items() if value is None)
    change = _look(run, step, folder, home)
    return replace(change, refused=(*empty, *change.refused))


def _write_card(path: Path, told: Mapping[str, Any]) -> None:
    before = path.read_text() if path.is_file() else ""
    known = read_card(path) if before else {}
    text = before
    for name, value in told.items():
        if known.get(name) != value:
            text = with_answer(text, name, value)
    if text != before:
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(text)
        os.replace(aside, path)


def _append(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Append rows in one write, under a header where the file is new."""
    if not rows:
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not path.is_file():
        writer.writerow(columns)
    writer.writerows(rows)
    with path.open("a") as stream:
        stream.write(text.getvalue())


def _look(run: str, step: int, folder: Path, home: Path) -> Change:
    card = check_card(read_card(folder / CARD))
    files = [f for f in find_files(folder).files if f.path != CARD]
    settled = gather(files, card, Said()).settle(card, run)
    compared = _compared(_beside_losses(settled, card), home)
    mine = compared.filter(step=step)
    newest = judge_newest(_residuals(compared)) if compared.height else None
    if newest is not None and newest.checkpoint_id not in mine["checkpoint_id"].to_list():
        newest = replace(newest, fell=False)
    return Change(run, step, mine, newest, tuple(_refused(settled.said)))


def _refused(said: Said) -> Iterator[str]:
    """Yield what was not taken, or not understood: values, keywords, and what is not known yet."""
    for item in said.broken:
        yield f"{item.file}, {item.place}: {item.value!r} {item.rule}; {item.fix}"
    for question in said.questions.values():
        if question.is_needed:
            yield question.text
    for left in said.left:
        if left.why not in _NO_LOSS and not left.why.endswith(_WAITS):
            yield f"{left.file}, {left.place}: {left.why}"
    yield from (note for note in said.notes if note.startswith(CARD))


def _beside_losses(settled: Settled, card: Card) -> pl.DataFrame:
    """Return each score beside the newest losses within 2 % of the tokens before it, a row an axis."""
    losses = settled.losses.filter(pl.col("held_out").fill_null(True)).sort("tokens")
    parts = []
    for (corpus, unit), part in losses.group_by("corpus", "unit", maintain_order=True):
        near = settled.scores.sort("tokens").join_asof(
            part.select("tokens", "loss", loss_tokens="tokens"), on="tokens", strategy="backward"
        )
        axis = axis_of(str(corpus), str(unit), card.text("tokenizer"))
        parts.append(
            near.filter(pl.col("tokens") - pl.col("loss_tokens") <= NEAR * pl.col("tokens")).with_columns(
                corpus=pl.lit(corpus), unit=pl.lit(unit), comparability_group=pl.lit(axis)
            )
        )
    table = pl.concat(parts) if parts else pl.DataFrame()
    size = pl.lit(card.whole("params"), pl.Float64)
    return (
        table.with_columns(checkpoint_id=pl.format("@{}", "tokens"), params=size) if table.height else table
    )


def _compared(scores: pl.DataFrame, home: Path) -> pl.DataFrame:
    """Return the scores beside what the curves of the newest release foretell; no rows before the first."""
    empty = pl.DataFrame(schema=dict.fromkeys(("checkpoint_id", "task", "series"), pl.String) | _NUMBERS)
    if scores.is_empty():
        return empty
    try:
        with open_release(home) as questions:
            groups = scores["comparability_group"].unique().to_list()
            grids = questions.ask("ask/curves", groups=groups, task=None)
    except NoReleaseError:
        return empty
    table = compare_scores(scores, grids.filter(pl.col("source") != "own"), SERIES)
    places = scores.select("checkpoint_id", "step", "tokens").unique()
    noise = scores.select("checkpoint_id", "task", "format", "metric", "n_shot", "stderr", "n_items").unique()
    return (
        table.join(places, on="checkpoint_id", how="left")
        .join(noise, on=["checkpoint_id", "task", "format", "metric", "n_shot"], how="left", nulls_equal=True)
        .with_columns(
            series=pl.concat_str(SERIES, separator=" ", ignore_nulls=True),
            sd=pl.coalesce(
                "stderr", (pl.col("expected") * (1 - pl.col("expected")) / pl.col("n_items")).sqrt()
            ),
        )
    )


_NUMBERS: dict[str, Any] = {
    **dict.fromkeys(("score", "expected", "sd"), pl.Float64),
    **dict.fromkeys(("step", "tokens"), pl.Int64),
    **dict.fromkeys(("is_off", "extrapolated"), pl.Boolean),
}


def _residuals(compared: pl.DataFrame) -> pl.DataFrame:
    inside = compared.filter(~pl.col("extrapolated"))
    residual = pl.col("score") - pl.col("expected")
    return inside.select("checkpoint_id", "tokens", "series", "sd", residual=residual)


Told = Callable[[Change], None]
_LOG = logging.getLogger("emergence.watch")


def trainer_callback(
    run: str, *, corpora: Mapping[str, str], told: Told | None = None, **settings: Any
) -> Any:
    """Return a callback of transformers' ``Trainer`` that watches each evaluation.

    ``corpora`` names the corpus of each loss that the trainer logs (``{"eval_loss": "c4_en"}``); other
    keywords go to ``watch``. ``told`` is called with what each checkpoint changed. What goes wrong is logged
    and never ends a training; of several processes the first alone writes.
    """
    from transformers import TrainerCallback  # type: ignore[import-not-found]

    warned: set[str] = set()

    class Watching(TrainerCallback):  # type: ignore[misc]
        """Watches each evaluation."""

        def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **more: Any) -> None:
            """Add the losses of one evaluation, from one process of however many."""
            if state.is_world_process_zero:
                _watch_logged(run, state.global_step, metrics or {}, corpora, told, settings, warned)

    return Watching()


def lightning_callback(
    run: str, *, corpora: Mapping[str, str], told: Told | None = None, **settings: Any
) -> Any:
    """Return a Lightning callback that watches each validation; arguments as ``trainer_callback``."""
    try:
        from lightning.pytorch import Callback  # type: ignore[import-not-found]
    except ImportError:
        from pytorch_lightning import Callback  # type: ignore[import-not-found]

    warned: set[str] = set()

    class Watching(Callback):  # type: ignore[misc]
        """Watches the end of each validation."""

        def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
            """Add the losses of one validation; the check before training is none."""
            if trainer.is_global_zero and not trainer.sanity_checking:
                found = trainer.callback_metrics
                _watch_logged(run, trainer.global_step, found, corpora, told, settings, warned)

    return Watching()


def _watch_logged(
    run: str,
    step: int,
    metrics: Mapping[str, Any],
    corpora: Mapping[str, str],
    told: Told | None,
    settings: Mapping[str, Any],
    warned: set[str],
) -> None:
    """Watch what a trainer logged; say in the log, once each, what could not be taken."""
    try:
        losses = {corpus: float(metrics[key]) for key, corpus in corpora.items() if key in metrics}
        if not losses:
            return
        change = watch(run, step, losses=losses, **{"unit": "nats_per_token", **settings})
    except Exception:  # whatever is wrong with disk, card or release: a training goes on
        _LOG.exception("step %s of %s was not watched", step, run)
        return
    for text in change.refused:
        if text not in warned:
            _LOG.warning("step %s of %s: %s", step, run, text)
            warned.add(text)
    if told is not None:
        told(change)
