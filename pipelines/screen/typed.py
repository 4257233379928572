"""Commands as the person at the keyboard can type them: `.venv/bin/emergence` where that was typed."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import click

NAME = "emergence"
MODULE = "pipelines"


def command() -> str:
    """Return how this command was called, seen from the working folder, with its ``--home`` if it had one."""
    context = click.get_current_context(silent=True)
    home = context.find_root().params.get("home") if context else None
    return _program() + (f" --home {shlex.quote(str(home))}" if home else "")


def _program() -> str:
    called = Path(sys.argv[0])
    if called.name == "__main__.py" and called.parent.name == MODULE:
        return f"{_seen(Path(sys.executable))} -m {MODULE}"
    return _seen(called) if called.stem == NAME else NAME


def _seen(program: Path) -> str:
    """Return the bare name of a program where the shell finds this very one, else its shortest path."""
    found = shutil.which(program.name)
    if found and os.path.abspath(found) == os.path.abspath(program):
        return program.name
    shortest = min(os.path.relpath(program), os.path.abspath(program), key=len)
    return shlex.quote(shortest if os.sep in shortest else os.path.join(os.curdir, shortest))


def as_typed(text: str) -> str:
    """Return a text with each `emergence …` in it as it can be typed."""
    typed = command()
    return re.sub(rf"`{NAME}(?=[ `])", lambda _: f"`{typed}", text)
