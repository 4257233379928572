"""Tables that fit the terminal: numbers stay whole, what matters least goes first, then rows stack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.screen.terminal import GREY, say, wrapped

GAP = 2
LEAST_PROSE, ROOMY_PROSE = 16, 28
"""Widths below which prose is not squeezed: beside columns that may go, and where rows may stack instead."""
RECORD_INDENT = 2


@dataclass(frozen=True)
class Column:
    """One column. ``goes``: 0 never, else the place in which it is left out where the terminal is narrow.

    A number is set to the right; ``is_prose`` may be wrapped between words, all else stays on one line.
    Where a column ``is_key`` and alone tells two rows apart, it stays. ``says`` is what its values are. The
    styles of rows show what a column ``is_shown_by_style`` says, and go with it.
    """

    name: str
    is_number: bool = False
    goes: int = 0
    is_prose: bool = False
    is_key: bool = False
    is_shown_by_style: bool = False
    says: str = ""


@dataclass(frozen=True)
class Row:
    """The cells of one row, as plain text, and how they are set."""

    cells: Sequence[str]
    style: str = ""


def print_table(
    out: Console, columns: Sequence[Column], rows: Sequence[Row], *, long: bool = False, note: str = ""
) -> None:
    """Print rows as a table if they can be made to fit, else stacked.

    Stacked, a row is a line of words and lines of numbers, or, if ``long``, a line for each of its values.
    Columns without a value are left out, unless ``long``. ``note`` is printed below, with what the columns
    say and what was left out.
    """
    if not long:
        columns, rows = _filled(columns, rows)
    shown, kept = columns, rows
    gone: list[Column] = []
    room_of_prose = ROOMY_PROSE if long else LEAST_PROSE
    while (widths := _widths(shown, kept, out.width, room_of_prose)) is None:
        first = _next_to_go(shown, kept)
        if first is None:
            break
        gone.append(first)
        shown, kept = _without(shown, kept, shown.index(first))
    if any(column.is_shown_by_style and not _shared_by_all(columns.index(column), rows) for column in gone):
        kept = [replace(row, style="") for row in kept]
    if widths is not None:
        out.print(_table(shown, kept, widths))
    else:
        shown, gone = columns, []
        for place, row in enumerate(rows):
            _print_record(out, columns, row, f"{place + 1} of {len(rows)}" if long else "")
    hidden = {column: _shared_by_all(columns.index(column), rows) for column in gone}
    said = [f"{c.name}: {c.says}" for c in columns if c.says and rows and (c in shown or hidden[c])]
    if note := "; ".join(filter(None, (*said, note, _left_out(hidden)))):
        say(out, note, GREY)


def _filled(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    keep = [k for k in range(len(columns)) if not rows or any(row.cells[k] for row in rows)]
    return [columns[k] for k in keep], [replace(row, cells=[row.cells[k] for k in keep]) for row in rows]


def _next_to_go(columns: Sequence[Column], rows: Sequence[Row]) -> Column | None:
    """Return the column to leave out next, None where what may go is needed to tell rows apart."""
    keys = [k for k, column in enumerate(columns) if column.is_key]
    told = _told_apart(rows, keys)
    going = [
        column
        for k, column in enumerate(columns)
        if column.goes and not (column.is_key and _told_apart(rows, [key for key in keys if key != k]) < told)
    ]
    return min(going, key=lambda column: column.goes, default=None)


def _told_apart(rows: Sequence[Row], keys: Sequence[int]) -> int:
    return len({tuple(row.cells[k] for k in keys) for row in rows})


def _without(columns: Sequence[Column], rows: Sequence[Row], at: int) -> tuple[list[Column], list[Row]]:
    keep = [k for k in range(len(columns)) if k != at]
    return [columns[k] for k in keep], [replace(row, cells=[row.cells[k] for k in keep]) for row in rows]


def _widths(
    columns: Sequence[Column], rows: Sequence[Row], room: int, room_of_prose: int
) -> list[int] | None:
    """Return the width of each column, prose sharing what the others leave; None where they do not fit."""
    natural = [
        max(cell_len(c.name), *(cell_len(row.cells[k]) for row in rows), 0) for k, c in enumerate(columns)
    ]
    least = [_least(c, rows, k, natural[k], room_of_prose) for k, c in enumerate(columns)]
    spare = room - sum(least) - GAP * (len(columns) - 1)
    if spare < 0:
        return None
    widths = list(least)
    for k in sorted(range(len(columns)), key=lambda k: natural[k] - least[k]):
        more = min(natural[k] - least[k], spare)
        widths[k] += more
        spare -= more
    return widths


def _least(column: Column, rows: Sequence[Row], at: int, natural: int, room_of_prose: int) -> int:
    if not column.is_prose:
        return natural
    words = [cell_len(word) for row in rows for word in row.cells[at].split()]
    return min(natural, max([cell_len(column.name), room_of_prose, *words]))


def _table(columns: Sequence[Column], rows: Sequence[Row], widths: Sequence[int]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for column, width in zip(columns, widths, strict=True):
        justify = "right" if column.is_number else "left"
        table.add_column(escape(column.name), justify=justify, width=width, no_wrap=True)  # type: ignore[arg-type]
    for row in rows:
        cells = ("\n".join(wrapped(cell, width)) for cell, width in zip(row.cells, widths, strict=True))
        table.add_row(*(escape(cell) for cell in cells), style=row.style)
    return table


def _shared_by_all(at: int, rows: Sequence[Row]) -> str:
    values = {row.cells[at] for row in rows}
    return values.pop() if len(values) == 1 else ""


def _left_out(hidden: Mapping[Column, str]) -> str:
    """Say what a narrow terminal hides: the value itself where all rows share it."""
    told = [f"{column.name} {value} for all" if value else column.name for column, value in hidden.items()]
    return f"for want of width not shown: {', '.join(told)}" if told else ""


def _print_record(out: Console, columns: Sequence[Column], row: Row, title: str) -> None:
    filled = [(c, cell) for c, cell in zip(columns, row.cells, strict=True) if cell]
    if title:
        out.print(f"[bold]{title}[/bold]")
        for line in _long(filled, out.width):
            out.print(line, style=row.style, soft_wrap=True)
        return
    words = " · ".join(cell for c, cell in filled if not c.is_number)
    numbers = [f"{c.name} {cell}" for c, cell in filled if c.is_number]
    say(out, words, row.style)
    for line in _joined(numbers, out.width - RECORD_INDENT):
        out.print(escape(" " * RECORD_INDENT + line), style=row.style, soft_wrap=True)


def _long(filled: Sequence[tuple[Column, str]], width: int) -> Iterator[str]:
    """Yield a line a value, its name before it; a value too long for its line goes on below."""
    lead = min(max((cell_len(c.name) for c, _ in filled), default=0), width // 2) + GAP
    for column, cell in filled:
        lines = list(wrapped(cell, max(width - lead, 1)))
        if any(cell_len(word) > width - lead for word in cell.split()):
            lines = ["", *wrapped(cell, max(width - 2 * RECORD_INDENT, 1))]
        name = f"{column.name:<{lead}}"
        yield f"[{GREY}]{escape(name)}[/]{escape(lines[0] if lines else '')}"
        far = 2 * RECORD_INDENT if lines and not lines[0] else lead
        yield from (escape(" " * far + line) for line in lines[1:])


def _joined(parts: Sequence[str], width: int) -> Iterator[str]:
    """Yield lines of as many parts as fit, none of them broken."""
    line = ""
    for part in parts:
        longer = f"{line}   {part}" if line else part
        if line and cell_len(longer) > width:
            yield line
            line = part
        else:
            line = longer
    if line:
        yield line
