"""``sources``, ``tasks`` and ``corpora``: what the newest release holds, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded
from pipelines.commands.query import AS_SHAPE

if TYPE_CHECKING:
    from pipelines.settings import Settings

GOES = ("verdicts", "category", "share", "scores", "items", "sources", "text", "licence", "sharp")
"""In which order columns are left out where the terminal is narrow; the chance of guessing never is."""

SAYS = {
    "share": "may be passed on",
    "values": "losses and scores kept",
    "chance": "the score of guessing, as a fraction",
    "fits": "settings judged on the loss that orders their source best",
    "depart": "those that leave their floor",
    "sharp": "those that do so within a narrow range of loss",
    "lowest": "the least loss seen, in its unit",
}
"""What a column holds, where its head cannot say it."""

NOTES = {"source": 'why one is partial: `emergence query "select source, message from sources"`'}


def _list(settings: Settings, name: str, shape: str, *, is_all: bool = True) -> None:
    from pipelines.reader.query import listed
    from pipelines.screen.fitted import Column
    from pipelines.screen.results import spoken_names, write_result
    from pipelines.screen.typed import as_typed

    frame = listed(settings.home, f"screen/{name}_list")
    kept = frame if is_all or shape != "table" else frame.filter(frame["fits"].is_not_null())
    columns = {
        head: Column(head, goes=GOES.index(head) + 1 if head in GOES else 0, says=SAYS.get(head, ""))
        for head in frame.columns
    }
    told = spoken_names(kept) if shape == "table" else kept
    write_result(told, shape, kept.height, columns, as_typed(NOTES.get(name, "")))
    if kept.height < frame.height:
        click.echo(f"{frame.height - kept.height:,} more have scores but no loss beside them: --all")


@click.command()
@AS_SHAPE
@click.pass_obj
@guarded
def sources(settings: Settings, shape: str) -> None:
    """List the sources: state, licence, what each gave (the view `credits` says what to cite)."""
    _list(settings, "source", shape)


@click.command()
@AS_SHAPE
@click.option("--all", "is_all", is_flag=True, help="Also those of which no score meets a loss.")
@click.pass_obj
@guarded
def tasks(settings: Settings, shape: str, is_all: bool) -> None:
    """List the tasks: chance, items, who reports them, how many fits leave a floor.

    A table has those that are judged on a loss; files have all.
    """
    _list(settings, "task", shape, is_all=is_all)


@click.command()
@AS_SHAPE
@click.pass_obj
@guarded
def corpora(settings: Settings, shape: str) -> None:
    """List the axes of loss: text, unit, tokenizer, who reports them, how far they reach."""
    _list(settings, "corpus", shape)
