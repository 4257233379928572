"""The ``emergence`` command: arguments in, the same definitions run, a table out.

Nothing heavy is imported here: a command imports what it needs when it runs.
"""

import atexit
import os
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from pipelines import __version__
from pipelines.commands.base import WRONG_USAGE, fail

MODULES = (
    "add",
    "ask",
    "complete",
    "fit",
    "listings",
    "machine",
    "query",
    "releases",
    "run",
    "serve",
    "updates",
)
"""The modules of commands, one line each."""


class Commands(click.Group):
    """The commands, each told by its whole first sentence, also where that takes two lines."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line or more a command."""
        with formatter.section("Commands"):
            told = ((name, self.commands[name]) for name in self.list_commands(ctx))
            formatter.write_dl([(name, one.get_short_help_str(limit=1000)) for name, one in told])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emergence")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Home folder (EMERGENCE_HOME, else ./warehouse)."
)
@click.pass_context
def main(context: click.Context, debug: bool, home: Path | None) -> None:
    """Published losses and scores in one warehouse, with the loss threshold at which each task emerges."""
    from emergence.errors import InputError
    from pipelines.settings import Settings

    try:
        settings = Settings.from_environment()
    except InputError as error:
        fail(error, debug, WRONG_USAGE)
    context.obj = replace(settings, home=home.absolute()) if home else settings
    context.meta["debug"] = debug


for name in MODULES:
    module = import_module(f"pipelines.commands.{name}")
    for command in vars(module).values():
        # What a module borrows from another is that one's to add.
        if isinstance(command, click.Command) and command.callback.__module__ == module.__name__:
            main.add_command(command)


def run_command() -> None:
    """Run the command and end the process, as the installed ``emergence`` does.

    What was loaded is not taken down piece by piece: after a run that takes two seconds, for nothing that the
    end of a process does not give back.
    """
    # What is fitted side by side here would each multiply matrices on all processors. NumPy reads it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        main(prog_name="emergence")
    except SystemExit as ended:
        if threading.active_count() > 1 or not isinstance(ended.code, int):
            raise
        atexit._run_exitfuncs()
        with suppress(OSError):  # whoever read this has gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(ended.code)
