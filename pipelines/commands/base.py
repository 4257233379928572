"""What all commands share: exit codes, errors as one line, progress, and the run itself."""

from __future__ import annotations

import errno
import os
import select
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, NoReturn, ParamSpec

import click

if TYPE_CHECKING:
    from pipelines.settings import Settings

P = ParamSpec("P")
DONE, IN_PART, WRONG_USAGE, NOTHING_PUBLISHED = 0, 1, 2, 3


def fail(error: Exception, debug: bool, code: int) -> NoReturn:
    """Say an error in one line and end with a code; with ``debug`` its trace is shown."""
    if debug:
        raise error
    from pipelines.screen.typed import as_typed

    told = str(error)
    if isinstance(error, OSError) and error.filename is not None:
        told = f"{error.filename}: {error.strerror}"
    tell(f"emergence: {as_typed(' '.join(told.split()))}")
    sys.exit(code)


def tell(line: str) -> None:
    """Write one line to standard error, on a terminal broken between words."""
    if sys.stderr.isatty():
        from shutil import get_terminal_size

        from pipelines.screen.terminal import INDENT, wrapped

        width = get_terminal_size().columns
        line = ("\n" + " " * INDENT).join(wrapped(line, width - INDENT, width))
    click.echo(line, err=True)


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn an error into one line and an exit code: 2 for a wrong input, 3 for anything else."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        from emergence.errors import EmergenceError, InputError

        debug = bool(click.get_current_context().find_root().meta.get("debug"))
        try:
            code = command(*args, **kwargs)
        except InputError as error:
            fail(error, debug, WRONG_USAGE)
        except (EmergenceError, OSError) as error:
            _leave_if_nobody_reads(error)
            fail(error, debug, NOTHING_PUBLISHED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            _leave_if_nobody_reads(error)
            said = f"{type(error).__name__}: {error}; `emergence --debug …` shows where"
            fail(error if debug else RuntimeError(said), debug, NOTHING_PUBLISHED)
        else:
            sys.exit(code or DONE)

    return wrapped


def _leave_if_nobody_reads(error: Exception) -> None:
    """Let click end the command without a word where its reader, as `head`, has had enough.

    Other pipes break too, and libraries tell a broken one in their own words: what counts is standard output.
    """
    if os.strerror(errno.EPIPE) in str(error) and not _has_reader():
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error


def _has_reader() -> bool:
    """Say whether standard output is still read, as far as the system tells."""
    try:
        poll = select.poll()
        poll.register(sys.stdout, 0)  # that the other end is gone is told unasked
    except (AttributeError, OSError, ValueError):
        return True
    return not poll.poll(0)


def refresh_and_show(settings: Settings) -> int:
    """Run what changed, show what came out, and return the exit code."""
    from pipelines.assets.run import refresh
    from pipelines.release.outcome import StoppedError
    from pipelines.screen.progress import following
    from pipelines.screen.summary import show_run

    try:
        with following(settings.home):
            outcome = refresh(settings)
    except StoppedError as error:
        # Libraries that are taken apart while threads are at work in them would complain at length.
        tell(f"emergence: {error}")
        sys.stderr.flush()
        os._exit(NOTHING_PUBLISHED)
    return show_run(outcome)
