"""fairseq and metaseq: ``| train_inner | {"epoch": 1, "loss": "9.1", …}``, or ``loss=9.1, ppl=548.7, …``."""

import json
import re
from collections.abc import Iterable
from math import isfinite, log, log2, nan

from pipelines.own.formats.text_logs.dialect import Dialect, Log, Point, Told
from pipelines.own.reading.cells import read_number
from pipelines.own.reading.loss_names import OVER_AN_EPOCH, Name

# Since 2020 a line names what it tells of; before, it began with a bar.
_JSON = re.compile(r'\| (?P<of>[\w/.-]+) \| (?P<values>\{"epoch": \d.*)')
_WORDS = re.compile(r"(?:^\s*|\| (?P<of>[\w/.-]+) )\| epoch \d+(?P<values>(?::| \|).*)")
_EQUALS = re.compile(r"(?:^|[ ,])(\w+)=([^ ,]+)")
_SPACED = re.compile(r"\| (\w+) ([^ |]+)(?= \||\s*$)")
_SUBSET = re.compile(r"valid on '([^']+)' subset")
# The first of these is the cross-entropy: where labels are smoothed or experts balanced, `loss` is none.
_CROSS_ENTROPIES = ("inner_loss", "nll_loss", "loss")
# Both numbers are rounded, the perplexity to two digits behind the point.
_TOLERANCE = 0.01
UNTOLD, OVER_EPOCH = "loss in no known base", "train_loss over an epoch"
_NAMES = {
    UNTOLD: Name(
        left="no perplexity stands beside it that is 2 to its power, so that it is no cross-entropy"
    ),
    OVER_EPOCH: Name(left=OVER_AN_EPOCH),
}


class FairseqLog(Log):
    """Remembers the last update, for validations of earlier versions, which tell none."""

    def __init__(self) -> None:
        self._step = nan
        self._cut = self._placed = 0
        self._has_converted = False

    def take(self, line: int, text: str) -> Iterable[Point]:
        """Read the losses since the last line, or a validation; logged in bits, they are given in nats."""
        found = _JSON.search(text) or _WORDS.search(text)
        if found is None:
            return ()
        subset = _SUBSET.search(found["values"])
        told_by_sign = "train_inner" if found["values"].startswith(":") else "train"
        of = subset[1] if subset else found["of"] or told_by_sign
        values = _values(found["values"])
        if values is None:
            self._cut += 1
            return ()
        told = read_number(values.get("num_updates"))
        if told is not None:
            self._step = told
        elif subset:
            self._placed += 1
        point = self._point(of, values, line)
        return () if point is None else (point,)

    def _point(self, of: str, values: dict[str, str], line: int) -> Point | None:
        name = next((n for n in _CROSS_ENTROPIES if n in values), None)
        if name is None:
            return None
        if of == "train":
            return Point(OVER_EPOCH, values[name], self._step, line)
        bits, perplexity = read_number(values[name]), read_number(values.get("ppl"))
        subset = of.removeprefix("valid/")
        key = {"train_inner": "loss", "valid": "valid_loss"}.get(of, f"valid/{subset}/loss")
        if bits is None or not isfinite(bits):
            return Point(key, values[name], self._step, line)
        if perplexity is None or perplexity <= 0 or abs(log2(perplexity) - bits) > _TOLERANCE:
            return Point(UNTOLD, values[name], self._step, line)
        self._has_converted = True
        return Point(key, bits * log(2), self._step, line)

    def told(self) -> Told:
        """Say what was converted, placed, or is not whole."""
        notes = []
        if self._has_converted:
            notes.append("losses are logged in bits per token, to base 2, and taken in nats: times ln(2)")
        if self._placed:
            notes.append(f"{self._placed} validations tell no update: they are put at the last before them")
        if self._cut:
            notes.append(f"{self._cut} lines of values are cut, or wrapped, and left out")
        return Told(tuple(notes))


def _values(text: str) -> dict[str, str] | None:
    """Return what a line tells, by name, without the subset before the name; None where it is cut."""
    if text.startswith("{"):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return None
        pairs = [(str(name), str(value)) for name, value in told.items()]
    else:
        pairs = (_EQUALS if text.startswith(":") else _SPACED).findall(text)
    subset = next(
        (name.removesuffix("num_updates") for name, _ in pairs if name.endswith("_num_updates")), ""
    )
    prefix = subset or ("valid_" if any(name.startswith("valid_") for name, _ in pairs) else "")
    return {name.removeprefix(prefix): value for name, value in pairs}


DIALECT = Dialect(
    "fairseq",
    "fairseq log",
    re.compile(
        r'\| [\w/.-]+ \| \{"epoch": \d.*"(?:\w+_)?(?:loss|num_updates)"'
        r"|\| epoch \d+: .*\bloss=.*\bwps=|\| epoch \d+ \|.*\b(?:valid_)?loss \S+ \|.*\bppl "
        r"|\| epoch \d+ \| valid on '"
    ),
    FairseqLog,
    _NAMES,
)
