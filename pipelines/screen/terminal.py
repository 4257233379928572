"""The terminal: how wide it is, what may be coloured, and text that is never broken inside a word."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape

PIPE_WIDTH = 10_000
"""Not a terminal: nothing says how wide a line may be, and a cut number helps nobody."""
GREY, GOOD, BAD, WARNING = "color(243)", "color(28)", "color(160)", "color(130)"
"""Hues that keep their distance from a white ground and from a black one."""
SEPARATORS = ("/", "_.-,:")
"""After which a word too long for a line is broken: between the parts of a path or key, else of a name."""
WORD = re.compile(r"(?:[*?] )?\S+(?: %\S*)?")
"""A word with what no line may part from it: the mark that it explains, or its per cent."""
INDENT = 2
LEAD = re.compile(r" *(?:\S+ {2,})?")


def console() -> Console:
    """Return a console over standard output, as wide as the terminal and without rich's own colours."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def say(out: Console, text: str, style: str = "") -> None:
    """Print text as it is, wrapped between words; lines after the first are indented like the first.

    A name with two spaces or more behind it stands in a column of its own, beside all lines of the rest.
    """
    found = LEAD.match(text)
    lead = found[0] if found else ""
    more = cell_len(lead) + (0 if lead.strip() else INDENT)
    lines = wrapped(text[len(lead) :], max(out.width - more, 1), out.width - cell_len(lead))
    for place, line in enumerate(lines):
        out.print(escape((" " * more if place else lead) + line), style=style, soft_wrap=True)


def heading(out: Console, name: str, text: str = "") -> None:
    """Print a name in bold and what is said of it, wrapped between words."""
    lines = list(wrapped(f"{name}{text}", out.width - INDENT, out.width)) or [""]
    bold, rest = lines[0][: len(name)], lines[0][len(name) :]
    out.print(f"[bold]{escape(bold)}[/bold]{escape(rest)}", soft_wrap=True)
    for line in lines[1:]:
        out.print(escape(" " * INDENT + line), soft_wrap=True)


def say_command(out: Console, text: str) -> None:
    """Print a command that runs as it stands, also where it needs several lines."""
    line = "  "
    for word in re.findall(r"""(?:"[^"]*"|'[^']*'|\S)+""", text):
        longer = f"{line}{word}" if not line.strip() else f"{line} {word}"
        if line.strip() and cell_len(longer) > out.width - INDENT:
            out.print(f"{line} \\", markup=False, soft_wrap=True)
            longer = f"    {word}"
        line = longer
    out.print(line, markup=False, soft_wrap=True)


def say_path(out: Console, name: str, path: Path) -> None:
    """Print the place of a file, seen from the working folder; too long, on a line of its own."""
    here = Path.cwd()
    shown = str(path.relative_to(here) if path.is_relative_to(here) else path)
    lead = f"  {name:<9} "
    if len(lead) + cell_len(shown) > out.width:
        out.print(escape(lead), soft_wrap=True)
        lead = "    "
    out.print(escape(lead + shown), soft_wrap=True)


def wrapped(text: str, width: int, first: int | None = None) -> Iterator[str]:
    """Yield the lines of a text: broken between words; a word wider than a line only after a separator.

    ``first`` is the width of the first line, where it is another.
    """
    room = width if first is None else first
    line = ""
    for word in WORD.findall(text):
        for place, piece in enumerate(_pieces(word, max(width, 1))):
            glued = piece if not line or place else f" {piece}"
            if line and cell_len(line + glued) > room:
                yield line
                line, room = piece, width
            else:
                line += glued
    if line:
        yield line


def _pieces(word: str, width: int) -> list[str]:
    """Return a word whole where it fits, else cut after separators, and at a width only where it has none."""
    if cell_len(word) <= width:
        return [word]
    pieces, start = [], 0
    while cell_len(word[start:]) > width:
        end = _cut(word, start, width)
        pieces.append(word[start:end])
        start = end
    return [*pieces, word[start:]]


def _cut(word: str, start: int, width: int) -> int:
    for marks in SEPARATORS:
        cut = max(word.rfind(mark, start, start + width) for mark in marks)
        if cut >= start:
            return cut + 1
    return start + width
