"""The ``emergence`` command: arguments in, the same definitions run, a table out."""

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click
from rich.console import Console

from emergence.errors import EmergenceError, InputError
from pipelines import __version__
from pipelines.settings import Settings

P = ParamSpec("P")
DONE, IN_PART, WRONG_USAGE, NOTHING_PUBLISHED = 0, 1, 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emergence")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Home folder (EMERGENCE_HOME, else ./warehouse)."
)
@click.pass_context
def main(context: click.Context, debug: bool, home: Path | None) -> None:
    """Published losses and scores in one warehouse, with the loss threshold at which each task emerges."""
    try:
        settings = Settings.from_environment()
    except InputError as error:
        _fail(error, debug, WRONG_USAGE)
    context.obj = replace(settings, home=home.absolute()) if home else settings
    context.meta["debug"] = debug


def _fail(error: Exception, debug: bool, code: int) -> None:
    if debug:
        raise error
    click.echo(f"emergence: {' '.join(str(error).split())}", err=True)
    sys.exit(code)


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn an error that was raised on purpose into one line and an exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        debug = bool(click.get_current_context().find_root().meta.get("debug"))
        try:
            code = command(*args, **kwargs)
        except InputError as error:
            _fail(error, debug, WRONG_USAGE)
        except EmergenceError as error:
            _fail(error, debug, NOTHING_PUBLISHED)
        else:
            sys.exit(code or DONE)

    return wrapped


@main.command()
@click.option("--source", "sources", multiple=True, help="Refresh only this source; may be repeated.")
@click.option("--offline", is_flag=True, help="Never ask the network.")
@click.option("--force", is_flag=True, help="Run every step, changed or not.")
@click.pass_obj
@guarded
def run(settings: Settings, sources: tuple[str, ...], offline: bool, force: bool) -> int:
    """Pull the published tables, fit every threshold, publish a release, and show what came out."""
    offline = settings.offline or offline
    return _refresh(replace(settings, offline=offline, force=force, only=sources))


def _refresh(settings: Settings) -> int:
    from pipelines.run import refresh
    from pipelines.summary import show_run

    console = Console(stderr=True)
    with console.status("reading the sources …") as status:
        _follow(status.update, console.is_terminal)
        outcome = refresh(settings)
    return show_run(outcome, settings)


def _follow(update: Callable[[str], Any], is_terminal: bool) -> None:
    """Show the newest log line as progress on a terminal, every line elsewhere."""

    class Progress(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = record.getMessage()
            if is_terminal:
                update(line)
            else:
                click.echo(line, err=True)

    logger = logging.getLogger("emergence")
    logger.handlers = [Progress()]
    logger.setLevel(logging.INFO)
    logger.propagate = False


@main.command()
@click.argument("sql")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json", "parquet"]), default="table")
@click.pass_obj
@guarded
def query(settings: Settings, sql: str, shape: str) -> None:
    """Run one read-only query on the newest release."""
    from pipelines.query import run_query, write_result

    write_result(run_query(settings.home, sql), shape)


@main.command()
@click.argument("task")
@click.option("--source", help="Only this source.")
@click.option("--corpus", help="Only this corpus.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the image here too: .png or .svg.")
@click.pass_obj
@guarded
def show(settings: Settings, task: str, source: str | None, corpus: str | None, out: Path | None) -> int:
    """Draw a task's score against loss with its threshold, in the terminal and as an image."""
    from pipelines.show import show as show_task

    return show_task(settings.home, task, source, corpus, out)


@main.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
@guarded
def add(settings: Settings, folders: tuple[Path, ...]) -> int:
    """Add your own runs: folders with an emergence.toml beside losses.csv and scores.csv."""
    from pipelines.drop import drop

    for folder in folders:
        click.echo(f"added {drop(folder, settings.home)}", err=True)
    return _refresh(replace(settings, only=("own",)))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
@guarded
def export(settings: Settings, folder: Path) -> None:
    """Write the copy to share: without rows that may not be redistributed, without your own runs."""
    from pipelines.release.export import export

    released = export(settings.home, folder)
    click.echo(f"{released.folder}: release {released.manifest()['export_of']} as others may have it")


@main.command()
@click.argument("older", type=click.Path(path_type=Path))
@click.argument("newer", type=click.Path(path_type=Path))
@click.pass_obj
@guarded
def diff(settings: Settings, older: Path, newer: Path) -> None:
    """Say what changed between two releases, given by name or folder."""
    from pipelines.diff import diff_releases
    from pipelines.release.publish import named_release

    report = diff_releases(*(named_release(settings.home, release).folder for release in (older, newer)))
    for line in report.lines():
        click.echo(line)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5433, show_default=True, help="Port to listen on.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the password; needed beyond this machine.",
)
@click.option("--seconds", default=30.0, show_default=True, help="Longest that a query may take.")
@click.option("--rows", default=1_000_000, show_default=True, help="Most rows that a query may return.")
@click.option("--memory-mb", default=512, show_default=True, help="Most memory that a query may use.")
@click.option("--queries", default=4, show_default=True, help="Queries that run at once.")
@click.option("--connections", default=64, show_default=True, help="Connections that are open at once.")
@click.pass_obj
@guarded
def serve(
    settings: Settings,
    host: str,
    port: int,
    password_file: Path | None,
    seconds: float,
    rows: int,
    memory_mb: int,
    queries: int,
    connections: int,
) -> None:
    """Serve the newest release to PostgreSQL clients: psql, DBeaver, Metabase, any driver."""
    from pipelines.serve.limits import Limits
    from pipelines.serve.server import serve as serve_database

    limits = Limits(seconds=seconds, rows=rows, memory_mb=memory_mb, queries=queries, connections=connections)
    serve_database(
        settings.home / "emergence.duckdb",
        host=host,
        port=port,
        password=password_file.read_text().strip() if password_file else None,
        limits=limits,
        on_ready=lambda opened: click.echo(f"listening on {host}:{opened}; stop with Ctrl-C", err=True),
    )


@main.command()
@click.pass_obj
@guarded
def doctor(settings: Settings) -> int:
    """Say whether this machine and this home folder can run the warehouse."""
    from pipelines.doctor import examine

    return examine(settings)
