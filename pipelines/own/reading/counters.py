"""Which column of a tracker's table says how far training had come, and what it counts."""

from dataclasses import dataclass
from math import isnan, nan

from pipelines.own.reading.cells import is_empty, read_number
from pipelines.own.reading.curves import NOT_A_NUMBER
from pipelines.own.reading.found import Broken, Counter, OwnFile, Reading
from pipelines.own.reading.rows import is_continental, is_dotted

# In the order in which they are preferred; a plain `step` is asked about.
STEPS = (
    *("trainer/global_step", "train/global_step", "global_step", "iter", "iteration", "train/iter"),
    "optimizer_step",
)
TOKENS = (
    *("total_tokens", "consumed_tokens", "throughput/total_tokens", "throughput/total tokens", "tokens_seen"),
    *("train/num_input_tokens_seen", "num_input_tokens_seen", "train/tokens", "_tokens", "tokens"),
)
SAMPLES = ("consumed_samples", "consumed samples", "train/samples")
CALLS = ("_step", "Step", "step")


@dataclass(frozen=True)
class Place:
    """Where one row stands: its number, and tokens and samples; NaN is not told."""

    number: float = nan
    tokens: float = nan
    samples: float = nan


@dataclass(frozen=True)
class Counters:
    """The columns of a table that say positions; -1 for none. ``counter`` is what the number counts."""

    counter: Counter
    number: int = -1
    tokens: int = -1
    samples: int = -1


def find_counters(header: list[str]) -> Counters:
    """Return the columns of positions: tokens and optimizer steps first, a count of a logger's calls last."""
    number, tokens, samples, call = (_first(header, names) for names in (STEPS, TOKENS, SAMPLES, CALLS))
    # Beside total_tokens, as litgpt writes it, `iter` counts micro-batches.
    is_micro = number >= 0 and header[number] == "iter" and tokens >= 0
    if number >= 0 and not is_micro:
        return Counters(Counter.STEP, number, tokens, samples)
    if tokens >= 0:
        return Counters(Counter.TOKENS, tokens, tokens, samples)
    if samples >= 0:
        return Counters(Counter.SAMPLES, samples, -1, samples)
    return Counters(Counter.UNKNOWN, call)


class Places:
    """Tells where each row of a table stands; a row without a position takes that of its step's other row."""

    def __init__(self, file: OwnFile, header: list[str], counters: Counters, trouble: Reading) -> None:
        """Begin at the first row; what is wrong with a position goes to ``trouble``."""
        self._file, self._header, self._counters, self._trouble = file, header, counters, trouble
        self._call = _first(header, CALLS)
        self._is_continental = is_continental(file)
        self._last = ("", Place())

    def of(self, row: int, cells: list[str]) -> Place | None:
        """Return where a row stands; None where its position is filled and no number: never another's."""
        columns = (self._counters.number, self._counters.tokens, self._counters.samples)
        numbers = []
        for column in columns:
            number = nan if column < 0 or is_empty(cells[column]) else read_number(cells[column])
            if number is None or (self._is_continental and column >= 0 and is_dotted(cells[column])):
                self._refuse(row, column, cells[column])
                return None
            numbers.append(number)
        place = Place(*numbers)
        call = cells[self._call].strip() if self._call >= 0 else ""
        if not isnan(place.number):
            self._last = (call, place)
        elif call and call == self._last[0]:
            return self._last[1]
        return place

    def missing(self) -> str:
        """Say why a value of a row without a position is left alone."""
        names = [self._header[i] for i in (self._counters.number, self._call) if i >= 0]
        return f"no position: nothing in {' or '.join(dict.fromkeys(names)) or 'its row'} tells the step"

    def _refuse(self, row: int, column: int, cell: str) -> None:
        place, fix = (
            f"line {row}, column {self._header[column]}",
            "expected a plain number, without dots or commas between thousands: its row is left out",
        )
        self._trouble.broken.append(Broken(self._file.path, place, NOT_A_NUMBER, cell[:200], fix))


def _first(header: list[str], names: tuple[str, ...]) -> int:
    return next((header.index(name) for name in names if name in header), -1)
