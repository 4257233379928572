"""``query`` and ``show``: questions to the newest release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings

FORMATS = click.Choice(["table", "csv", "json", "parquet"])


@click.command()
@click.argument("sql")
@click.option("--format", "shape", type=FORMATS, default="table")
@click.pass_obj
@guarded
def query(settings: Settings, sql: str, shape: str) -> None:
    """Run one read-only query on the newest release."""
    from pipelines.reader.query import run_query
    from pipelines.screen.results import write_result

    write_result(run_query(settings.home, sql), shape)


@click.command()
@click.argument("task")
@click.option("--source", help="Only this source.")
@click.option("--corpus", help="Only this corpus.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the image here too: .png or .svg.")
@click.pass_obj
@guarded
def show(settings: Settings, task: str, source: str | None, corpus: str | None, out: Path | None) -> int:
    """Draw a task's score against loss with its threshold, in the terminal and as an image."""
    from pipelines.screen.show import show as show_task

    return show_task(settings.home, task, source, corpus, out)
