"""Megatron-LM and Megatron-DeepSpeed: one line an iteration, fields between bars."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told, last_step
from pipelines.own.reading.loss_names import Name

_ITERATION = re.compile(r"\biteration\s+(\d+)/\s*(\d+) \|")
_LOSS = re.compile(r"\| lm loss: *([^ |]+)")
_SAMPLES = re.compile(r"\| consumed samples: *(\d+)")
_TOKENS = re.compile(r"\| consumed tokens: *(\d+)")
_BATCH = re.compile(r"\| global batch size: *(\d+)")
_VALIDATION = re.compile(
    r"\b(validation|test)(?:-([^ |]+))? loss at (?:iteration (\d+)|the end of training)([^|]*)\|"
)
_VALUE = re.compile(r"\blm loss value: *([^ |]+)")
# BERT is trained on the order of sentences, too, and calls the loss of masked words `lm loss`.
_OF_BERT, MASKED = "| sop loss", "lm loss of masked words"


class MegatronLog(Log):
    """Follows the iterations, so that a validation has the samples of its own."""

    def __init__(self) -> None:
        self._step = self._tokens = self._samples = self._before = self._total = nan
        self._batches: set[str] = set()

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an iteration or a validation."""
        if found := _ITERATION.search(text):
            self._before, self._step, self._total = self._step, float(found[1]), float(found[2])
            return self._iteration(self._step, line, text)
        if "loss value:" in text and (found := _VALIDATION.search(text)):
            return self._validation(found, line, text)
        return ()

    def _iteration(self, step: float, line: int, text: str) -> Iterable[Point]:
        samples, tokens, batch = _SAMPLES.search(text), _TOKENS.search(text), _BATCH.search(text)
        self._samples = float(samples[1]) if samples else nan
        self._tokens = float(tokens[1]) if tokens else nan
        if batch:
            self._batches.add(batch[1])
        loss = _LOSS.search(text)
        key = MASKED if _OF_BERT in text else "lm loss"
        return (Point(key, loss[1], step, line, self._tokens, self._samples),) if loss else ()

    def _validation(self, found: re.Match[str], line: int, text: str) -> Iterable[Point]:
        value = _VALUE.search(text, found.end() - 1)
        if value is None:
            return ()
        kind = "test" if "test" in found[4] or found[1] == "test" else "validation"
        key = MASKED if _OF_BERT in text else f"lm loss {kind}" + (f"-{found[2]}" if found[2] else "")
        step = float(found[3]) if found[3] else last_step(self._step, self._before, self._total)
        if step != self._step:
            return (Point(key, value[1], step, line),)
        return (Point(key, value[1], step, line, self._tokens, self._samples),)

    def told(self) -> Told:
        """Say that steps times one number is wrong where the batch grew."""
        if len(self._batches) < 2:
            return Told()
        sizes = ", ".join(sorted(self._batches, key=int))
        note = f"the batch changes ({sizes}): tokens are samples × length of a sequence, not steps × a number"
        return Told((note,))


DIALECT = Dialect(
    "megatron",
    "Megatron-LM or Megatron-DeepSpeed log",
    re.compile(r"\biteration\s+\d+/\s*\d+ \|.*\| lm loss:|\bloss at .*\| lm loss value:"),
    MegatronLog,
    {MASKED: Name(left="no loss of a text: the order of sentences is learned beside it")},
)
