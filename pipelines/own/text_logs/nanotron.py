"""nanotron: ``iteration: N / M | consumed_tokens: 4.19B | … | lm_loss: 3.13 | …``, counts of three digits."""

import re
from collections.abc import Iterable
from math import nan

from pipelines.own.cells import read_rounded
from pipelines.own.found import Question
from pipelines.own.text_logs.dialect import Dialect, Log, Point, Told

_ITERATION = re.compile(r"\biteration: (\d+) / \d+ \|")
_FIELD = r"\| {}: *([^ |]+)"
_LOSS, _TOKENS, _BATCH = (
    re.compile(_FIELD.format(name)) for name in ("lm_loss", "consumed_tokens", "global_batch_size")
)


class NanotronLog(Log):
    """Remembers the sizes of the batch."""

    def __init__(self) -> None:
        self._batches: dict[str, None] = {}

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an iteration."""
        found = _ITERATION.search(text)
        loss = _LOSS.search(text) if found else None
        if found is None or loss is None:
            return ()
        if batch := _BATCH.search(text):
            self._batches[batch[1]] = None
        tokens = _TOKENS.search(text)
        count, is_rounded = (read_rounded(tokens[1]) if tokens else None) or (nan, False)
        return (Point("lm_loss", loss[1], float(found[1]), line, count, is_rounded=is_rounded),)

    def told(self) -> Told:
        """Ask for the exact number of tokens in a batch, the roundest one first."""
        if len(self._batches) > 1:
            sizes = ", ".join(self._batches)
            return Told((f"the batch changes ({sizes} tokens): steps times one number is wrong",))
        options = tuple(str(likely) for batch in self._batches if (likely := _roundest(batch)) is not None)
        text = "How many tokens has a batch exactly? The log rounds it"
        return Told(questions=(Question("tokens_per_step", text, options),)) if options else Told()


def _roundest(printed: str) -> int | None:
    """Return the whole number with most factors of two that prints as three digits: 4.19M is 4,194,304."""
    read = read_rounded(printed)
    if read is None or read[0] <= 0:
        return None
    value, is_rounded = read
    if not is_rounded:
        return int(value)
    digits = len(printed.partition(".")[2].rstrip("KMBT"))
    half = 0.5 * 10.0 ** (-digits) * {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[printed[-1]]
    factor = 1
    while int((value + half) // (2 * factor)) * 2 * factor >= value - half:
        factor *= 2
    return int((value + half) // factor) * factor


DIALECT = Dialect(
    "nanotron", "nanotron log", re.compile(r"\biteration: \d+ / \d+ \|.*\| lm_loss:"), NanotronLog
)
