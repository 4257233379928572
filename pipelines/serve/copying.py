"""``COPY … TO STDOUT``: which query it asks for, and in which form its rows go out."""

import re
from dataclasses import dataclass

from pipelines.serve.limits import QueryError

_COPY = re.compile(r"copy\s+(?P<what>.+?)\s+to\s+stdout\b\s*(?:with\b)?\s*(?P<options>.*)", re.I | re.S)
_TABLE = re.compile(r"(?P<name>[^()]+?)\s*(?:\((?P<columns>[^()]*)\))?", re.S)
_OPTION = re.compile(r"(\w+)\s*(?:=|as\b)?\s*(e?'(?:[^']|'')*'|\*|\([^)]*\)|[\w-]+)?\s*(?:,|$|\s)\s*", re.I)
_LOOSE = re.compile(r"\b(delimiter|null|quote|escape|encoding)\s+(?:as\s+)?(e?'(?:[^']|'')*')|(\w+)", re.I)
_FORMATS = ("text", "csv", "binary")


@dataclass(frozen=True)
class Copy:
    """A copy as it was asked for."""

    query: str
    format: str = "text"
    delimiter: str = "\t"
    null: str = "\\N"
    quote: str = '"'
    escape: str = '"'
    header: bool = False
    force_quote: bool = False


def copy_of(sql: str) -> Copy | None:
    """What a COPY to the client asks for; None for other statements; or raises QueryError."""
    match = _COPY.fullmatch(sql)
    if match is None:
        return None
    said = _options(match["options"].strip())
    kind = said.pop("format", "text").lower()
    if kind not in _FORMATS:
        raise QueryError("22023", f'COPY format "{kind}" not recognized')
    if said.pop("encoding", "utf8").lower().replace("-", "") not in ("utf8", "unicode"):
        raise QueryError("0A000", "COPY is offered in UTF-8 alone")
    header = said.pop("header", "false").lower() in ("true", "on", "1", "")
    quoted = said.pop("force_quote", "")
    if quoted not in ("", "*"):
        raise QueryError("0A000", "COPY is offered with FORCE_QUOTE * alone")
    if (header or quoted) and kind != "csv" and not (header and kind == "text"):
        raise QueryError("0A000", f"COPY in format {kind} takes neither header nor quotes")
    is_csv = kind == "csv"
    made = Copy(
        query=_query(match["what"].strip()),
        format=kind,
        delimiter=said.pop("delimiter", "," if is_csv else "\t"),
        null=said.pop("null", "" if is_csv else "\\N"),
        quote=said.pop("quote", '"'),
        escape=said.pop("escape", said.pop("quote", '"')),
        header=header,
        force_quote=bool(quoted),
    )
    if said:
        raise QueryError("0A000", f"COPY is not offered with {', '.join(sorted(said))}")
    if len(made.delimiter.encode()) != 1 or len(made.quote.encode()) != 1 or len(made.escape.encode()) != 1:
        raise QueryError("0A000", "COPY delimiter, quote and escape must be a single one-byte character")
    return made


def _query(what: str) -> str:
    if what.startswith("("):
        return what[1:-1].strip()
    match = _TABLE.fullmatch(what)
    if match is None:
        raise QueryError("42601", "COPY takes a table, or a query in parentheses")
    return f"select {match['columns'] or '*'} from {match['name']}"


def _options(written: str) -> dict[str, str]:
    if not written:
        return {}
    if written.startswith("("):
        pairs = [(m[1], m[2] or "") for m in _OPTION.finditer(written[1:-1].strip())]
    else:  # as it was written before PostgreSQL 9
        pairs = []
        for match in _LOOSE.finditer(written):
            word = (match[1] or match[3]).lower()
            pairs.append(("format", word) if word in _FORMATS else (word, match[2] or ""))
    return {name.lower(): _value(value) for name, value in pairs}


def _value(written: str) -> str:
    match = re.fullmatch(r"(e?)'(.*)'", written, re.I | re.S)
    if match is None:
        return written
    text = match[2].replace("''", "'")
    return text.replace("\\t", "\t").replace("\\\\", "\\") if match[1] else text
