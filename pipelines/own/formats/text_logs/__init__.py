"""Text logs, one module a dialect: recognised by the first lines that match, read line by line."""

import re
from collections import Counter as Tally
from itertools import islice

from emergence.errors import InputError
from pipelines.own.formats.text_logs import (
    build_nanogpt,
    composer,
    deepspeed,
    fairseq,
    litgpt,
    llm_c,
    llm_c_stdout,
    megatron,
    modded_nanogpt,
    nanochat,
    nanogpt,
    nanotron,
    nemo,
    neox,
    olmo,
    torchtitan,
)
from pipelines.own.formats.text_logs.dialect import Dialect
from pipelines.own.formats.text_logs.lines import clean_lines
from pipelines.own.reading.curves import Curves
from pipelines.own.reading.found import OwnFile, Reader, Reading
from pipelines.own.reading.log_lines import NamedLines
from pipelines.own.reading.settle_curves import settle

DIALECTS: tuple[Dialect, ...] = (
    megatron.DIALECT,
    neox.DIALECT,
    nanotron.DIALECT,
    olmo.DIALECT,
    torchtitan.DIALECT,
    nanogpt.DIALECT,
    build_nanogpt.DIALECT,
    llm_c.DIALECT,
    llm_c_stdout.DIALECT,
    modded_nanogpt.DIALECT,
    nanochat.DIALECT,
    litgpt.DIALECT,
    nemo.DIALECT,
    composer.DIALECT,
    deepspeed.DIALECT,
    fairseq.DIALECT,
)
# A log may begin with the source of its run, or with what its libraries warn of.
LINES_TO_TELL = 50_000
MATCHES_TO_TELL = 10
UNKNOWN_LINE = "looks like a loss, and is no line known (patterns in the card read a log in its stead)"
# How JSON begins, but no line that a trainer prints.
_JSON = re.compile(rb"\s*[\[{]\s*[\"{\[]")


def find_dialect(file: OwnFile) -> Dialect | None:
    """Return the dialect of most of the first ten lines that any dialect's shape is found in."""
    if b"\0" in file.head or _JSON.match(file.head):
        return None
    matches: Tally[str] = Tally()
    for _, _, text in islice(clean_lines(file), LINES_TO_TELL):
        found = next((d.name for d in DIALECTS if d.shape.search(text)), None)
        if found is not None:
            matches[found] += 1
            if matches.total() == MATCHES_TO_TELL:
                break
    names = {dialect.name: dialect for dialect in DIALECTS}
    return names[matches.most_common(1)[0][0]] if matches else None


def read(file: OwnFile) -> Reading:
    """Read a log of any dialect, in memory that grows with its values and not with its text."""
    dialect = find_dialect(file)
    if dialect is None:
        raise InputError(f"{file.path} holds no line that a known trainer prints")
    curves = Curves(file.path, lambda line, _: f"line {line}", names=dialect.names)
    log, rank, add, unread = dialect.start(), -1, curves.add, NamedLines(dialect.shape)
    for line, rank, text in clean_lines(file):
        points = log.take(line, text)
        if not points:
            unread.see(line, text)
        for key, cell, step, at, tokens, samples, rounded in points:
            add(key, cell, step, at, tokens=tokens, samples=samples, rank=rank, is_rounded=rounded)
    for key, cell, step, at, tokens, samples, rounded in log.end():
        add(key, cell, step, at, tokens=tokens, samples=samples, rank=rank, is_rounded=rounded)
    reading = settle(curves)
    reading.left += unread.left(file.path, f"{UNKNOWN_LINE} of a {dialect.title}")
    told = log.told()
    reading.notes += [f"{dialect.title}: {note}" for note in told.notes]
    reading.questions += told.questions
    return reading


READER = Reader("text_log", "text log of a trainer", lambda file: find_dialect(file) is not None, read)
