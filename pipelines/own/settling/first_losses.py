"""Holds the first loss of a series against a guess among all tokens, ln(V): its unit, what it sums over."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.card.fields import UNITS
from pipelines.own.reading.found import Question
from pipelines.own.settling.frame import Said

# Tokens in the vocabularies that most runs take.
VOCABULARIES = {"gpt2": 50257, "gpt-neox-20b": 50432, "neox": 50432, "llama2": 32000, "llama3": 128256}
# Batches that are accumulated: a loss begins at so many times a guess, or at that part of one.
FACTORS = (2, 4, 8, 16, 32, 64)
TOLERANCE = 0.04
# The largest guess that is asked about where the tokenizer is not known.
LARGEST_GUESS = 12.0
ABOVE_A_GUESS = 0.5
OFTEN = 3
TOO_LOW = 1.2
EARLY_TOKENS = 1e9


def against_vocabulary(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Return the losses a token that may be such; a series of several times a guess is asked about."""
    size = card.whole("vocabulary") or VOCABULARIES.get((card.text("tokenizer") or "").lower())
    guesses = [math.log(size)] if size else sorted({math.log(v) for v in VOCABULARIES.values()})
    guess = guesses[0] if size else LARGEST_GUESS
    nats = frame.filter(pl.col("value") > 0, unit="nats_per_token").sort("tokens", "order", nulls_last=True)
    series = nats.group_by("run", "key", maintain_order=True).agg(
        first=pl.col("value").first(),
        tokens=pl.col("tokens").first(),
        step=pl.col("step").first(),
        middle=pl.col("value").median(),
        above=(pl.col("value") > guess + ABOVE_A_GUESS).mean(),
        often=(pl.col("value") > guess + ABOVE_A_GUESS).sum(),
        held_out=pl.col("held_out").first(),
    )
    gone = []
    for row in series.iter_rows(named=True):
        told = card.of("losses", row["key"])
        question = None if "divide_by" in told else _sum_over_batches(row, guesses)
        if question is None and "unit" not in told:
            question = _other_unit(row, guess)
        if question is not None:
            said.ask(question)
            gone.append((row["run"], row["key"]))
        elif row["first"] < TOO_LOW and (row["tokens"] or 0) < EARLY_TOKENS:
            said.note(f"{row['key']} begins at {row['first']:.4g}: low for nats per token; in bits per byte?")
        elif (part := _part_of_a_guess(row, guesses)) is not None:
            said.note(
                f"{row['key']} begins at {row['first']:.4g}, ln(vocabulary) divided by {part}: divided once "
                "too often by the accumulated batches, or a run that goes on from another?"
            )
    return _without(frame, gone, said)


def _sum_over_batches(row: Mapping[str, Any], guesses: list[float]) -> Question | None:
    factor = next((k for k in FACTORS for g in guesses if _is_about(row["first"] / g, k)), None)
    if factor is None:
        return None
    text = (
        f"{row['key']} begins at {row['first']:.4g}, {factor} times ln(vocabulary): the sum over {factor} "
        "accumulated batches, it seems, and not their mean; divide it by what?"
    )
    return Question(f"losses.{row['key']}.divide_by", text, (str(factor), "1"))


def _other_unit(row: Mapping[str, Any], guess: float) -> Question | None:
    # Of single values each is refused by its place; a perplexity comes down into what a loss may be, and no
    # text is that bad at three evaluations.
    is_often = row["held_out"] is not False and row["often"] >= OFTEN
    if row["above"] <= 0.5 and not is_often:
        return None
    above = f"{row['key']} is above ln(vocabulary) = {guess:.4g} (median {row['middle']:.4g})"
    text = f"{above}: which unit is it in? (A perplexity is none: give its logarithm)"
    return Question(f"losses.{row['key']}.unit", text, UNITS)


def _part_of_a_guess(row: Mapping[str, Any], guesses: list[float]) -> int | None:
    """Return by what a guess is divided at the very first step, where nothing has been learned yet."""
    if row["step"] is None or row["step"] > 1:
        return None
    return next((k for k in FACTORS for g in guesses if _is_about(g / row["first"], k)), None)


def _is_about(ratio: float, factor: int) -> bool:
    return abs(ratio - factor) < TOLERANCE * factor


def _without(frame: pl.DataFrame, gone: list[tuple[str, str]], said: Said) -> pl.DataFrame:
    if not gone:
        return frame
    marked = pl.DataFrame(gone, schema={"run": pl.String, "key": pl.String}, orient="row")
    said.leave(frame.join(marked, on=["run", "key"], how="semi"), "too large for its unit: see the question")
    return frame.join(marked, on=["run", "key"], how="anti", maintain_order="left")
