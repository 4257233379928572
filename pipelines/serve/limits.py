"""What one query may cost, and how a refusal is said to a client."""

from dataclasses import dataclass


class QueryError(Exception):
    """One refusal or failure as a client sees it: SQLSTATE, one sentence, what to do about it, and where.

    The position is that of a character in the statement, counted from one; 0 where it is not known.

    No EmergenceError: it never leaves the door, and query processes start without the library, which is slow.
    """

    def __init__(self, sqlstate: str, message: str, hint: str = "", position: int = 0) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.hint = hint
        self.position = position


@dataclass(frozen=True)
class Limits:
    """What a query, a client and the door as a whole may take.

    seconds: of work for one query. rows: of one result. memory_mb: of DuckDB's buffers for one query, in MiB;
    its process may hold as much again. threads: of one query. queries: at work at once, others wait. cursors:
    results read step by step that may stay open. connections: clients at once. idle_seconds: until a silent
    client is let go.
    """

    seconds: float = 30.0
    rows: int = 1_000_000
    memory_mb: int = 512
    threads: int = 2
    queries: int = 4
    cursors: int = 8
    connections: int = 64
    idle_seconds: float = 900.0
