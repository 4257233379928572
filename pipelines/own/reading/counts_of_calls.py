"""Says whether a tracker's tokens, or samples, are those of each call of its logger and not all seen."""

from pipelines.own.reading.cells import read_number
from pipelines.own.reading.counters import CALLS, Counters
from pipelines.own.reading.csv_lines import csv_lines
from pipelines.own.reading.found import Counter, OwnFile, Reading

# A run that is taken up again goes back once; so often goes a count of each call.
FEWEST_FALLS = 2


def by_calls(file: OwnFile, header: list[str], counters: Counters) -> Counters:
    """Return the counter of calls in place of tokens that stand still or go up and down with the calls."""
    call = next((header.index(name) for name in CALLS if name in header), -1)
    if counters.counter not in (Counter.TOKENS, Counter.SAMPLES) or call < 0:
        return counters
    n_rises = n_falls = n_calls = 0
    last: tuple[float, float] | None = None
    for _, cells in csv_lines(file, header, Reading()):
        at, count = read_number(cells[call]), read_number(cells[counters.number])
        if at is None or count is None:
            continue
        if last is not None:
            n_calls += at > last[0]
            n_rises += count > last[1]
            n_falls += count < last[1]
        last = (at, count)
    is_of_each = n_calls > 0 and (n_rises == 0 or (n_falls >= FEWEST_FALLS and n_falls * 2 >= n_rises))
    return Counters(Counter.UNKNOWN, call) if is_of_each else counters
