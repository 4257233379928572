"""What the door answers itself: transactions and settings; and how a text is split into statements."""

import contextlib
import re

import duckdb

from pipelines.serve.catalog.server_facts import postgres_settings
from pipelines.serve.limits import QueryError

# What clients set on their own when they connect: without effect here, or held to the one value that the door
# speaks. What would change an answer is refused, not ignored.
_FIXED = {
    "client_encoding": ("UTF8", {"utf8", "utf-8", "unicode"}),
    "datestyle": ("ISO, MDY", {"iso", "iso, mdy", "iso,mdy", "iso, dmy", "iso, ymd"}),
    "timezone": (
        "UTC",
        {
            "utc",
            "etc/utc",
            "gmt",
            "etc/gmt",
            "0",
            "+00",
            "default",
            "interval '+00:00' hour to minute",
            "interval '+00:00",
        },
    ),
    "standard_conforming_strings": ("on", {"on", "true", "1"}),
    "intervalstyle": ("postgres", {"postgres", "default"}),
    "bytea_output": ("hex", {"hex"}),
    "search_path": ("main", {"main", "public", '"$user", public', "main, public", "default"}),
}
# What clients may set as they like: no answer depends on it, for the door writes nothing and plans by itself.
_FREE = {
    **{name: value for name, value, context in postgres_settings() if context in ("user", "superuser")},
    "application_name": "",
    "extra_float_digits": "1",
    "default_transaction_read_only": "on",
    "transaction_read_only": "on",
}
for _held in (*_FIXED, "statement_timeout", "role", "session_authorization"):
    _FREE.pop(_held, None)
_SHOWN = {
    "server_version": "15.0",
    "server_encoding": "UTF8",
    "integer_datetimes": "on",
    "is_superuser": "off",
    "session_authorization": "reader",
    "transaction_isolation": "read committed",
    "transaction isolation level": "read committed",
    "default_transaction_isolation": "read committed",
    "max_identifier_length": "63",
    "max_index_keys": "32",
    "server_version_num": "150000",
    "lc_collate": "C.UTF-8",
    "lc_ctype": "C.UTF-8",
    "port": "5433",
    "ssl": "off",
    "block_size": "8192",
    "max_connections": "64",
    "in_hot_standby": "off",
}
_STATEMENTS = 1000  # in one text: splitting it holds up everyone
_NO_SETTINGS = frozenset(("user", "database", "replication", "options"))
_SET = re.compile(
    r"set\s+(?:session\s+|local\s+)?(time\s+zone|[\w.]+)\s*(?:=|\s+to\s+|\s)\s*(.+)", re.I | re.S
)
_BEGIN = re.compile(r"(?:begin|start\s+transaction)\b.*", re.I | re.S)
_TAGS = (
    (_BEGIN, "BEGIN"),
    (re.compile(r"(?:commit|end)\b.*", re.I | re.S), "COMMIT"),
    (re.compile(r"rollback\s+to\b.*", re.I | re.S), "ROLLBACK TO"),
    (re.compile(r"(?:rollback|abort)\b.*", re.I | re.S), "ROLLBACK"),
    (re.compile(r"savepoint\b.*", re.I | re.S), "SAVEPOINT"),
    (re.compile(r"release\b.*", re.I | re.S), "RELEASE"),
    (re.compile(r"discard\s+all", re.I), "DISCARD ALL"),
    (re.compile(r"deallocate\b.*", re.I | re.S), "DEALLOCATE"),
    (re.compile(r"unlisten\b.*", re.I | re.S), "UNLISTEN"),
    (re.compile(r"close\s+all", re.I), "CLOSE CURSOR ALL"),
    (
        re.compile(r"set\s+(?:session\s+characteristics|transaction)\b.*", re.I | re.S),
        "SET",
    ),
)


def split(sql: str) -> list[str]:
    """The statements of a text, without the comments before them, by DuckDB's own lexer."""
    if sql.count(";") > _STATEMENTS:
        raise QueryError("54000", f"more than {_STATEMENTS} statements at once")
    raw = sql.encode()
    statements, start, seen = [], 0, False
    for offset, kind in duckdb.tokenize(sql):
        if kind == duckdb.token_type.comment:
            continue
        if kind == duckdb.token_type.operator and raw[offset : offset + 1] == b";":
            if seen:
                statements.append(raw[start:offset].decode().strip())
            seen = False
        elif not seen:
            start, seen = offset, True
    if seen:
        statements.append(raw[start:].decode().strip())
    return statements


def tag_of(statement: str) -> str | None:
    """The tag of a statement on transactions or the session that needs no engine; None for every other."""
    for pattern, tag in _TAGS:
        if pattern.fullmatch(statement):
            return tag
    return None


def shown_settings() -> dict[str, str]:
    """Name and value of every setting, as pg_settings lists them."""
    return {
        **_SHOWN,
        **{name: value for name, (value, _) in _FIXED.items()},
        **_FREE,
        "statement_timeout": "0",
    }


class Settings:
    """What a client has set, and what it can ask with SHOW."""

    def __init__(self, seconds: float) -> None:
        self._most = seconds
        self.seconds = seconds
        self._values = dict(_FREE)
        self._started = (seconds, dict(_FREE))

    def reset(self) -> None:
        """Everything as it was at the start."""
        self.seconds, values = self._started
        self._values = dict(values)

    def apply(self, statement: str) -> bool:
        """Carry out a SET or RESET; False if it is none. Raises QueryError for what can't be set here."""
        if re.fullmatch(r"reset\s+\w+", statement, re.I):
            name = statement.split()[1].lower()
            if name == "all":
                self.reset()
            else:
                self._set(name, "default")
            return True
        match = _SET.fullmatch(statement)
        if match is None:
            return False
        name = re.sub(r"\s+", " ", match[1].lower())
        self._set("timezone" if name == "time zone" else name, match[2].strip().strip("'"))
        return True

    def start(self, options: dict[str, str]) -> None:
        """Take what a client asks for as it connects; what is not for it to set is passed over."""
        asked = {name.lower(): value for name, value in options.items() if name.lower() not in _NO_SETTINGS}
        for name, value in re.findall(r"(?:-c\s*|--)([\w.]+)=((?:\\.|\S)*)", options.get("options", "")):
            asked[name.lower()] = re.sub(r"\\(.)", r"\1", value)
        for name, value in asked.items():
            with contextlib.suppress(QueryError):
                self._set(name, value)
        self._started = (self.seconds, dict(self._values))

    def show(self, statement: str) -> tuple[str, str] | None:
        """Name and value that a SHOW asks for; None if it is another statement, or asks for a table."""
        match = re.fullmatch(r"show\s+(.+)", statement, re.I | re.S)
        if match is None:
            return None
        name = re.sub(r"\s+", " ", match[1].strip().strip('"').lower())
        name = "timezone" if name == "time zone" else name
        known = {
            **{name: value for name, value, _ in postgres_settings()},
            **_SHOWN,
            **{key: value for key, (value, _) in _FIXED.items()},
            **self._values,
            "statement_timeout": f"{self.seconds * 1000:.0f}ms",
        }
        if name not in known:
            return None
        return name.replace(" level", "").replace(" ", "_"), known[name]

    def _set(self, name: str, value: str) -> None:
        if name in _FIXED:
            only, accepted = _FIXED[name]
            if value.lower() not in accepted | {"default", only.lower()}:
                raise QueryError("22023", f"{name} is {only} at this door and can't be {value}")
        elif name == "statement_timeout":
            self.seconds = _seconds(value, self._most)
        elif name in _FREE or "." in name:  # a dotted name is the client's own
            self._values[name] = _FREE.get(name, "") if value.lower() == "default" else value
        else:
            raise QueryError("42501", f"SET {name} is refused: the settings of this door are locked")


def _seconds(value: str, most: float) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min)?", value.strip().lower())
    if value.lower() == "default":
        return most
    if match is None:
        raise QueryError(
            "22023", f"statement_timeout can't be {value}: give milliseconds, or a number with s or min"
        )
    asked = float(match[1]) * {"ms": 0.001, None: 0.001, "s": 1.0, "min": 60.0}[match[2]]
    return min(asked, most) if asked > 0 else most
