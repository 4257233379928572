"""Settles what readers found, with a run's card: values in the warehouse's terms, and what is left to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.own.card.card import CARD, Card
from pipelines.own.card.text import split_key
from pipelines.own.reading.found import Broken, Kind, Question
from pipelines.own.settling.assign_runs import assign_runs
from pipelines.own.settling.card_parts import (
    say_overruled,
    say_unmet,
    with_shots_of_files,
    without_wrongly_told,
)
from pipelines.own.settling.frame import Said
from pipelines.own.settling.other_settings import without_other_settings
from pipelines.own.settling.placing import place
from pipelines.own.settling.repeats import (
    LOSS_KEY,
    SCORE_KEY,
    latest,
    mean_over_seeds,
    without_equal_checkpoints,
)
from pipelines.own.settling.settle_losses import settle_losses
from pipelines.own.settling.settle_scores import settle_scores
from pipelines.words import agreeing

RUNS = {
    "run": pl.String,
    "recipe": pl.String,
    "family": pl.String,
    "params": pl.Int64,
    "seed": pl.Int64,
    "training_corpus": pl.String,
    "tokenizer": pl.String,
}
LOSSES = {
    "run": pl.String,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "is_final": pl.Boolean,
    "key": pl.String,
    "corpus": pl.String,
    "unit": pl.String,
    "held_out": pl.Boolean,
    "loss": pl.Float64,
    "file": pl.String,
    "place": pl.String,
}
SCORES = {
    "run": pl.String,
    "step": pl.Int64,
    "tokens": pl.Int64,
    "is_final": pl.Boolean,
    "task_as_published": pl.String,
    "task": pl.String,
    "format": pl.String,
    "metric": pl.String,
    "n_shot": pl.Int64,
    "score": pl.Float64,
    "n_items": pl.Int64,
    "stderr": pl.Float64,
    "is_partial": pl.Boolean,
    "file": pl.String,
    "place": pl.String,
}


@dataclass(frozen=True)
class Settled:
    """What a folder of results came to: its runs with their losses and scores, and all that was said."""

    runs: pl.DataFrame
    losses: pl.DataFrame
    scores: pl.DataFrame
    said: Said


def settle(frame: pl.DataFrame, card: Card, folder: str, said: Said, files: Sequence[str] = ()) -> Settled:
    """Return the values of a folder's records that are whole; ``said`` takes what is left, broken, asked.

    ``files`` are the paths of all files that were looked at, those without a record, too.
    """
    say_unmet(frame, [*files, *(item.file for item in said.broken)], card, said)
    said.broken += [Broken(CARD, item.place, item.rule, item.value, item.expected) for item in card.trouble]
    for text in card.notes:
        said.note(text)
    frame = without_wrongly_told(_accepted(frame, card, said), card, said)
    say_overruled(frame, card, said)
    frame = with_shots_of_files(frame, card)
    frame = assign_runs(frame, card, folder, said)
    frame = place(frame, card, said)
    losses = settle_losses(frame.filter(kind=Kind.LOSS.value), card, said)
    scores = settle_scores(frame.filter(kind=Kind.SCORE.value), card, said)
    # Those without a position were asked about with the rest, so that all questions come at once.
    losses, scores = losses.filter("is_placed"), scores.filter("is_placed")
    losses = without_other_settings(losses, LOSS_KEY, card, said)
    scores = without_other_settings(scores, SCORE_KEY, card, said)
    losses = latest(losses, LOSS_KEY, said)
    scores = mean_over_seeds(scores, said)
    losses, scores = without_equal_checkpoints(losses, scores, card, said)
    _say_partial(scores, said)
    _ask_the_rest(card, said)
    return Settled(
        _runs(losses, scores, card),
        losses.rename({"value": "loss"}).select(list(LOSSES)),
        _scores(scores),
        said,
    )


def _accepted(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Leave out the files that the card skips, and those of which a reader asked whether to take them."""
    for file in frame["file"].unique(maintain_order=True):
        told, mine = card.of("files", file), pl.col("file") == file
        asked = said.suggested.get(f'files."{file}".accept')
        if told.get("skip") is True:
            said.leave(frame.filter(mine), "skipped, as the card says")
        elif asked and told.get("accept") is not True:
            said.leave(frame.filter(mine), asked.text)
            if told.get("accept") is None:
                said.ask(asked)
        else:
            continue
        frame = frame.filter(~mine)
    return frame


def _ask_the_rest(card: Card, said: Said) -> None:
    """Ask what readers ask and no field of a record shows, unless the card answers it.

    What the card says wrongly is not in ``told``, and no answer.
    """
    own = ("losses", "scores", "files")
    for key, question in said.suggested.items():
        is_general = key in _GENERAL or "." in key or split_key(key)[0] in own
        if key.endswith(".pattern") or not is_general:
            said.ask(question)
    said.questions = {k: q for k, q in said.questions.items() if _answer(card, q) is None}


# Asked by those who settle, where a value waits for the answer.
_GENERAL = frozenset(
    (
        *("step_counts", "tokens_per_step", "sequence_length", "tokens_per_epoch", "training_tokens"),
        *("micro_steps_per_step", "steps_per_call", "tokens_in_names", "tokenizer", "corpus", "unit", "runs"),
    )
)


def _answer(card: Card, question: Question) -> Any:
    """Return what the card says where the answer to a question goes."""
    parts = split_key(question.key)
    if len(parts) == 3:
        return card.of(parts[0], parts[1]).get(parts[2])
    told: Any = card.told
    for part in parts:
        told = told.get(part) if isinstance(told, dict) else None
    return None if isinstance(told, dict) else told


def _say_partial(scores: pl.DataFrame, said: Said) -> None:
    """Say of how many scores only the first items were asked."""
    partial = scores.filter(pl.col("limit").is_not_null())
    if partial.height:
        items = sorted(set(partial["n_items"].drop_nulls().to_list()))
        each = "" if not items else f": {items[0]:,}{f' to {items[-1]:,}' if items[1:] else ''} items each"
        are = agreeing(partial.height, "score", "is of a part of its", "are of a part of their")
        said.note(f"{are} task (limit){each}")


def _scores(scores: pl.DataFrame) -> pl.DataFrame:
    return (
        scores.rename({"value": "score", "published": "task_as_published"})
        .with_columns(is_partial=pl.col("limit").is_not_null())
        .select(list(SCORES))
    )


def _runs(losses: pl.DataFrame, scores: pl.DataFrame, card: Card) -> pl.DataFrame:
    names = pl.concat([losses["run"], scores["run"]]).unique(maintain_order=True)
    texts = {name: card.text(name) for name in ("recipe", "family", "training_corpus", "tokenizer")}
    whole = {name: card.whole(name) for name in ("params", "seed")}
    told = [{"run": name, **texts, **whole} for name in names]
    return pl.DataFrame(told, schema=RUNS, orient="row")
