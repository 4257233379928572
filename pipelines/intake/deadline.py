"""Ends a request that takes too long in all: a server that gives a byte a second never breaks a rule else."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import Any, Self

_OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Deadline:
    """So many seconds for all that is done inside; then the connection is shut, whatever it waits for.

    ``trace`` goes to the request as its extension of that name, so that its connections are known here.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._streams: list[Any] = []
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember a connection as it is opened."""
        if event in _OPENED:
            self._streams.append(info["return_value"])
            if self.is_over:
                self._end()

    def _end(self) -> None:
        self.is_over = True
        for stream in self._streams:
            opened = stream.get_extra_info("socket")
            with suppress(OSError):  # shut already
                opened.shutdown(socket.SHUT_RDWR)
