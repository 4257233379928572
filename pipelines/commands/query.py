"""``query`` and ``show``: questions to the newest release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded
from pipelines.commands.complete import CORPORA, SOURCES, TASKS

if TYPE_CHECKING:
    from pipelines.settings import Settings

AS_SHAPE = click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    show_default=True,
    help="A table to read, or all of it for programs.",
)
"""How rows are written."""


@click.command()
@click.argument("sql")
@AS_SHAPE
@click.pass_obj
@guarded
def query(settings: Settings, sql: str, shape: str) -> None:
    """Run one read-only query on the newest release.

    Example: emergence query "select task, verdict, eta from thresholds limit 5"
    """
    from pipelines.reader.query import run_query
    from pipelines.screen.results import write_result

    write_result(run_query(settings.home, sql), shape)


@click.command()
@click.argument("task", shell_complete=TASKS)
@click.option("--source", shell_complete=SOURCES, help="Only this source.")
@click.option(
    "--format", "format_", metavar="NAME", help="Only this format: mc by letter, rc by likelihood, …"
)
@click.option("--metric", help="Only this metric: acc, acc_norm, …")
@click.option("--shots", type=int, help="Only this number of examples in the prompt.")
@click.option("--corpus", shell_complete=CORPORA, help="Only losses on this corpus.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the image here too: .png or .svg.")
@click.pass_obj
@guarded
def show(
    settings: Settings,
    task: str,
    source: str | None,
    format_: str | None,
    metric: str | None,
    shots: int | None,
    corpus: str | None,
    out: Path | None,
) -> int:
    """Draw a task's score against loss with its threshold, in the terminal and as an image.

    Without options its best-known setting; the others are listed. Case does not matter.

    Example: emergence show mmlu --format mc --shots 5
    """
    from pipelines.reader.shown import Wanted
    from pipelines.screen.show import show as show_task

    return show_task(settings.home, Wanted(task, source, format_, metric, shots, corpus), out)
