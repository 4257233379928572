"""How far a run is: the step at work, how many are done, the time so far and the time to expect."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

STEP_LOG = "emergence.step"
"""Where a step says that it begins; every other log of `emergence` says what came out."""
NOTE = "last_run.json"
FIRST = (
    "a first run takes about 2 minutes on two cores with the tables that ship, about 10 with all sources; "
    "85 s of it compile the fits, once"
)


@contextmanager
def following(home: Path) -> Iterator[None]:
    """Show on standard error how a run goes; what it took is kept for the next one to announce."""
    last = _last(home)
    _console().print(expected(last), soft_wrap=not sys.stderr.isatty())
    started = monotonic()
    handler = _Follower(last.get("steps"))
    log = logging.getLogger("emergence")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    with handler.bar:
        yield
    if handler.begun:
        _keep(home, monotonic() - started, handler.begun)


def expected(last: dict[str, int]) -> str:
    """Return the sentence that a run opens with."""
    if "seconds" not in last:
        return FIRST
    took = spelled(last["seconds"])
    return f"the last run that had something to do took {took}; what did not change is not done again"


def spelled(seconds: float) -> str:
    """Write a duration as a person says it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class _Follower(logging.Handler):
    """A line of progress on a terminal; elsewhere what came out of each step, a line each."""

    def __init__(self, total: int | None) -> None:
        super().__init__()
        self.begun, self.total = 0, total
        self.is_terminal = sys.stderr.isatty()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self.bar = Progress(*columns, transient=True, disable=not self.is_terminal, console=_console())
        self.task = self.bar.add_task("reading the sources")

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.name == STEP_LOG:
            self.begun += 1
            of = f" of {self.total}" if self.total and self.total >= self.begun else ""
            self.bar.update(self.task, description=f"step {self.begun}{of}: {line}")
        elif not self.is_terminal:
            click.echo(line, err=True)


def _console() -> Console:
    return Console(stderr=True, highlight=False)


def _last(home: Path) -> dict[str, int]:
    """Return what the last run left; nothing where it cannot be read, since it only informs."""
    try:
        kept = json.loads((home / NOTE).read_text())
        return {name: int(kept[name]) for name in ("seconds", "steps")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _keep(home: Path, seconds: float, steps: int) -> None:
    with suppress(OSError):  # a full disk has its own error
        (home / NOTE).write_text(json.dumps({"seconds": round(seconds), "steps": steps}))
