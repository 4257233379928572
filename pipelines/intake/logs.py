"""Reads logs of a training, a line a measurement; a line cut short is rejected with its number."""

from collections.abc import Iterator
from re import Match, Pattern

from pipelines.intake.reading import UNREADABLE
from pipelines.intake.spec import Intake, RawFile

CUT = "cut_line"
UNKNOWN = "unknown_line"


def read_log(file: RawFile, line: Pattern[str], intake: Intake) -> Iterator[tuple[int, Match[str]]]:
    """Yield the number (1 is the first) and the match of each line that the pattern fits whole.

    A last line without its end may lack digits, so it is a reject (``cut_line``) though it may look whole.
    Another line that does not fit is one, too (``unknown_line``); where none fits, the file is
    (``unreadable_file``).
    """
    *lines, rest = file.read().decode("utf-8", errors="replace").split("\n")
    is_log = False
    strange = []
    for number, text in enumerate(lines, start=1):
        match = line.fullmatch(text.rstrip("\r"))
        if match:
            is_log = True
            yield number, match
        elif text.strip():
            strange.append((number, text))
    if not is_log:
        first = (strange[0][1] if strange else rest)[:99]
        intake.reject(file.path, "", UNREADABLE, first, f"no line of the form {line.pattern}")
        return
    for number, text in strange:
        intake.reject(file.path, f"line {number}", UNKNOWN, text, f"not of the form {line.pattern}")
    if rest:
        intake.reject(file.path, f"line {len(lines) + 1}", CUT, rest, "the last line has no end")
