"""What a client holds between its messages: its socket, statements ready to run, results half read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.serve import wire
from pipelines.serve.pool import Process
from pipelines.serve.values.pgtypes import Column

Value = tuple[int, int, bytes | None]


class Client:
    """The socket of one client: bytes out, at the client's pace, and whether it is still there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, *messages: bytes) -> None:
        """Queue messages."""
        self._writer.write(b"".join(messages))

    async def drain(self, seconds: float) -> float:
        """Wait until the client has read most of what is queued; says how long, or raises TimeoutError."""
        clock = asyncio.get_running_loop().time
        started = clock()
        await asyncio.wait_for(self._writer.drain(), max(seconds, 0.001))
        return clock() - started

    def is_gone(self) -> bool:
        """Whether the client has hung up."""
        return self._reader.at_eof() or self._writer.is_closing()


@dataclass
class Result:
    """A query at work or half read, with the seconds it may still work and its client may still read."""

    process: Process
    seconds: float
    patience: float
    columns: list[Column] = field(default_factory=list)
    forms: list[int] = field(default_factory=list)
    rows: int = 0
    is_held: bool = False
    by_blocks: bool = False


@dataclass
class Portal:
    """A statement with its values: ready to run, running, or half read."""

    sql: str
    values: Sequence[Value] = ()
    forms: Sequence[int] = ()
    result: Result | None = None
    columns: list[Column] | None = None
    is_done: bool = False
    is_kept: bool = False
    is_forward_only: bool = False
    stands: int = 0
    read: int = 0
    size: int | None = None
    """Of a cursor: kept after its transaction, never stepping back, the row it stands at (from one), how many
    rows were read of the result, and how many there are, once that is known."""

    def forms_of(self, columns: Sequence[Column]) -> list[int]:
        """The format of each column: 0 text, 1 binary."""
        if len(self.forms) not in (0, 1, len(columns)):
            raise wire.ProtocolError("as many formats as columns are needed")
        return (
            list(self.forms) * len(columns)
            if len(self.forms) == 1
            else list(self.forms) or [0] * len(columns)
        )
