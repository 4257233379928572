"""``completion``, and what a shell offers after a command: the names that the newest release holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from pipelines.commands.base import guarded

Completer = Callable[[click.Context, click.Parameter, str], list[str]]
SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@guarded
def completion(shell: str) -> None:
    """Print the script that completes commands, tasks, corpora and runs in a shell.

    Example: eval "$(emergence completion bash)"
    """
    from click.shell_completion import get_completion_class

    main = click.get_current_context().find_root().command
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(main, {}, "emergence", "_EMERGENCE_COMPLETE").source())


def names(question: str, column: str) -> Completer:
    """Return a completer that offers a column of a named question's rows."""

    def offered(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
        from emergence.errors import EmergenceError
        from pipelines.reader.query import listed

        try:
            known = listed(_home(context), question)[column].unique().sort().to_list()
        except (EmergenceError, OSError):  # before the first release there is nothing to offer
            return []
        return [name for name in known if name.lower().startswith(typed.lower())]

    return offered


def releases(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Offer the releases that stand."""
    found = sorted(path.name for path in (_home(context) / "releases").glob("[!.]*"))
    return [name for name in found if name.startswith(typed)]


def _home(context: click.Context) -> Path:
    """Return the home folder; while a line is completed nothing has read the settings yet."""
    asked = context.find_root().params.get("home")
    return Path(asked or os.environ.get("EMERGENCE_HOME") or "warehouse")


TASKS = names("site/task_names", "task")
SCORED_TASKS = names("ask/tasks", "task")
CORPORA = names("ask/axes", "corpus")
RUNS = names("ask/runs", "run_id")
SOURCES = names("screen/source_list", "source")
