"""A query process: one query at a time on a locked-down DuckDB; it can be ended without harm to the others.

Run as `python -m pipelines.serve.worker DATABASE LIMITS`: requests come on its input, answers on its output.
"""

import base64
import contextlib
import json
import os
import queue
import re
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from pipelines.serve import frames
from pipelines.serve.copying import Copy
from pipelines.serve.engine import Engine
from pipelines.serve.limits import Limits, QueryError
from pipelines.serve.values.decode import read_value
from pipelines.serve.values.encode import data_rows, encoder
from pipelines.serve.values.pgtypes import TEXT, Column

_STATES: tuple[tuple[type[Exception], str], ...] = (
    (duckdb.ParserException, "42601"),
    (duckdb.InterruptException, "57014"),
    (duckdb.OutOfMemoryException, "53200"),
    (duckdb.PermissionException, "42501"),
    (duckdb.ConversionException, "22P02"),
    (duckdb.OutOfRangeException, "22003"),
    (duckdb.BinderException, "42703"),
    (duckdb.TypeMismatchException, "42804"),
    (duckdb.InvalidInputException, "22023"),
    (duckdb.InvalidTypeException, "42804"),
    (duckdb.NotImplementedException, "0A000"),
)


class Worker:
    """Answers requests with one engine."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._columns: list[Column] = []
        self._room = memory_taken()[1] + (limits.memory_mb + 256) * 2**20

    def answer(self, request: dict[str, Any]) -> bytes:
        """One answer to one request; a failure is an answer too."""
        try:
            return self._answer(request)
        except Exception as error:
            failure = placed(failure_of(error), request.get("sql", ""), self._engine.lines_before)
            told = [failure.sqlstate, failure.message, failure.hint, failure.position]
            return frames.pack({"failed": told, "is_broken": is_fatal(error)})

    def _answer(self, request: dict[str, Any]) -> bytes:
        match request["do"]:
            case "describe":
                values = None if request["values"] is None else _values(request["sql"], request["values"])
                columns, count = self._engine.describe(request["sql"], values)
                return frames.pack({"columns": _told(columns), "parameters": count})
            case "start":
                self._columns = self._engine.start(request["sql"], _values(request["sql"], request["values"]))
                return frames.pack({"columns": _told(self._columns)})
            case "fetch":
                rows = self._engine.fetch(request["count"])
                forms = request["forms"]
                encoders = [encoder(c.type, form) for c, form in zip(self._columns, forms, strict=True)]
                return frames.pack({"rows": len(rows)}, data_rows(rows, encoders))
            case "blocks":
                self._columns = self._engine.start_blocks(
                    request["sql"], _values(request["sql"], request["values"])
                )
                return frames.pack({"columns": _told(self._columns)})
            case "block":
                return self._block(request["count"], request["forms"])
            case "copied":
                return self._copied(Copy(**request["copy"]), request["is_first"])
            case "finish":
                self._engine.finish()
                return frames.pack({"is_bloated": memory_taken()[1] > self._room})
        raise ValueError(f"unknown request {request['do']}")

    # Its imports cost more than most queries: they are read when a client copies, or reads by a cursor.
    def _block(self, count: int, forms: list[int]) -> bytes:
        from pipelines.serve import blocks

        values = self._engine.fetch_block(count)
        return frames.pack({"rows": _height(values)}, blocks.data_rows(values, self._columns, forms))

    def _copied(self, copy: Copy, is_first: bool) -> bytes:
        from pipelines.serve import blocks

        values = self._engine.fetch_block(2**31)
        body = blocks.copied(values, self._columns, copy, is_first)
        return frames.pack({"rows": _height(values)}, body)


def _height(values: list[Any]) -> int:
    return len(values[0]) if values else 0


def _values(sql: str, sent: list[tuple[int, int, str | None]]) -> list[Any]:
    values = []
    for place, (oid, form, raw) in enumerate(sent, start=1):
        # Drivers leave it to the server to see that a list of strings is one: any($1) says so.
        is_list = oid == 0 and re.search(rf"\b(?:any|all)\s*\(\s*\${place}\b", sql, re.IGNORECASE)
        kind = TEXT.array_oid if is_list else oid
        values.append(read_value(kind, form, None if raw is None else base64.b64decode(raw)))
    return values


def _told(columns: list[Column]) -> list[list[Any]]:
    return [[column.name, column.type.oid] for column in columns]


def is_fatal(error: Exception) -> bool:
    """Whether the engine can't be trusted after this failure."""
    return isinstance(
        error, duckdb.InternalException | duckdb.FatalException | duckdb.OutOfMemoryException | MemoryError
    )


def failure_of(error: Exception) -> QueryError:
    """A failure as a client may see it: with its SQLSTATE, and without a path of the host."""
    if isinstance(error, QueryError):
        return error
    if isinstance(error, OSError | duckdb.IOException):
        return QueryError(
            "58030", "the released database can't be read just now", "Ask whoever runs emergence serve"
        )
    if isinstance(error, MemoryError):
        return QueryError("53200", "the query needs more memory than one query may take")
    message = str(error)
    if undefined := re.search(r'relation "[^"]*" does not exist$', message):
        return QueryError("42P01", undefined[0])
    if isinstance(error, duckdb.CatalogException):
        return QueryError("42P01" if "Table with name" in message else "42883", message)
    if isinstance(error, ValueError | ArithmeticError) and not isinstance(error, duckdb.Error):
        return QueryError("22P02", message)
    for kind, sqlstate in _STATES:
        if isinstance(error, kind):
            if sqlstate == "53200":
                return QueryError(
                    sqlstate, "the query needs more memory than one query may take", "Ask for less at once"
                )
            return QueryError(sqlstate, message)
    return QueryError("XX000", message)


def placed(failure: QueryError, sql: str, before: int = 0) -> QueryError:
    """A failure with the place in its statement that DuckDB points at by a line and an arrow, as a number.

    Of what DuckDB was asked, so many lines stand ``before`` the statement.
    """
    shown = re.search(r"\n\nLINE (\d+): ([^\n]*)\n( *)\^", failure.message)
    if shown is None:
        return failure
    lines, number = sql.split("\n"), int(shown[1]) - before
    text, at = shown[2], len(shown[3]) - len(f"LINE {shown[1]}: ")
    if text.startswith("..."):  # of a long line a part is shown
        text, at = text[3:], at - 3
    start = lines[number - 1].find(text.removesuffix("...")) if 1 <= number <= len(lines) else -1
    if start < 0 or at < 0:  # translated: the client never saw that text
        return failure
    above = sum(len(line) + 1 for line in lines[: number - 1])
    said = failure.message[: shown.start()]
    return QueryError(failure.sqlstate, said, failure.hint, above + start + at + 1)


def memory_taken() -> tuple[int, int]:
    """Bytes of addresses, and of memory, that this process has taken; zeros where the system does not say."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return 0, 0
    addresses, resident = (int(word) * os.sysconf("SC_PAGE_SIZE") for word in told.read_text().split()[:2])
    return addresses, resident


def bound_memory(size: int) -> None:
    """Keep this process below `size` bytes of addresses; where the system has no such bound, do nothing."""
    try:
        import resource
    except ImportError:  # Windows: DuckDB's own limit is all there is
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or size < hard:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def listen(source: BinaryIO, requests: "queue.SimpleQueue[dict[str, Any] | None]", engine: Engine) -> None:
    """Pass requests on; an interrupt goes past the waiting ones, to the engine. None says it is over."""
    while True:
        lengths = source.read(frames.LENGTHS.size)
        if len(lengths) < frames.LENGTHS.size:
            engine.interrupt()
            requests.put(None)
            return
        request = frames.unpack_head(source.read(frames.LENGTHS.unpack(lengths)[0]))
        if request["do"] == "interrupt":
            engine.interrupt()
        else:
            requests.put(request)


def main(database: str, limits_written: str) -> None:
    """Answer requests until the door closes."""
    limits = Limits(**json.loads(limits_written))
    engine = Engine(Path(database), limits)
    worker = Worker(engine, limits)
    requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    threading.Thread(target=listen, args=(source, requests, engine), daemon=True).start()
    # DuckDB's buffers, as much again for the strings of a result, which it does not count as buffers, and the
    # addresses that its threads set aside.
    if at_start := memory_taken()[0]:
        bound_memory(at_start + (2 * limits.memory_mb + 1024) * 2**20)
    with contextlib.suppress(OSError, duckdb.Error):  # what is wrong is told to the first query
        engine.warm_up()
    out.write(frames.pack({"ready": True}))
    out.flush()
    while (request := requests.get()) is not None:
        out.write(worker.answer(request))
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
