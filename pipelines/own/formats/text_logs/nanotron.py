"""nanotron: ``iteration: N / M | consumed_tokens: 4.19B | … | lm_loss: 3.13 | …``, counts of three digits."""

import re
from collections.abc import Iterable
from math import inf, nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told
from pipelines.own.reading.cells import read_rounded
from pipelines.own.reading.found import Question

_ITERATION = re.compile(r"\biteration: (\d{1,15}) / \d+ \|")
_LOSS, _TOKENS = (re.compile(rf"\| {name}: *([^ |]+)") for name in ("lm_loss", "consumed_tokens"))
_BANNER = re.compile(r"\bsequence_length: (\d{1,9}) \| global_batch_size: (\d{1,9}) \|")
_POWERS = {"K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}
CHANGES = "tokens do not grow by one number a step: the batch changes, or the run goes on from another"


class NanotronLog(Log):
    """Narrows down the tokens of a step from every line; exact where the head of the log tells them."""

    def __init__(self) -> None:
        self._told = nan
        self._low, self._high = 0.0, inf

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read an iteration, or the head."""
        found = _ITERATION.search(text)
        loss = _LOSS.search(text) if found else None
        if found is None or loss is None:
            if "sequence_length: " in text and (banner := _BANNER.search(text)):
                self._told = float(banner[1]) * float(banner[2])
            return ()
        step, tokens = float(found[1]), _TOKENS.search(text)
        least, most = _between(tokens[1]) if tokens else (nan, nan)
        if step > 0 and least == least:
            self._low, self._high = max(self._low, least / step), min(self._high, most / step)
        exact = self._told * step
        if least <= exact <= most or least == most:
            return (Point("lm_loss", loss[1], step, line, exact if least <= exact <= most else least),)
        rounded = (least + most) / 2
        return (Point("lm_loss", loss[1], step, line, rounded, is_rounded=True),)

    def told(self) -> Told:
        """Ask for the exact tokens of a step, the roundest number that all lines allow first."""
        if self._high == inf or self._told == self._told:
            return Told()
        if self._low > self._high:
            return Told((CHANGES,))
        text = "How many tokens has a step exactly? The log rounds them"
        return Told(questions=(Question("tokens_per_step", text, (str(_roundest(self._low, self._high)),)),))


def _between(printed: str) -> tuple[float, float]:
    """Return the least and the most that prints so: 4.19B is between 4.185B and 4.195B."""
    read = read_rounded(printed)
    if read is None:
        return nan, nan
    value, is_rounded = read
    if not is_rounded:
        return value, value
    digits = len(printed.partition(".")[2].rstrip("KMBGT"))
    half = 0.5 * 10.0**-digits * _POWERS[printed.strip()[-1]]
    return value - half, value + half


def _roundest(low: float, high: float) -> int:
    """Return the whole number within two bounds that has most factors of two, as batches do."""
    factor = 1
    while high // (2 * factor) * (2 * factor) >= max(low, 1.0):
        factor *= 2
    return int(high // factor * factor)


DIALECT = Dialect(
    "nanotron", "nanotron log", re.compile(r"\biteration: \d+ / \d+ \|.*\| lm_loss:"), NanotronLog
)
