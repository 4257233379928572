"""``sources``, ``tasks`` and ``corpora``: what the newest release holds, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded
from pipelines.commands.query import FORMATS

if TYPE_CHECKING:
    from pipelines.settings import Settings

_FORMAT = click.option("--format", "shape", type=FORMATS, default="table", show_default=True)


GOES = {"share": 1, "category": 1, "scores": 2, "items": 3, "sources": 4, "text": 5, "licence": 6}
"""In which order columns are left out where the terminal is narrow."""


def _list(settings: Settings, name: str, shape: str) -> None:
    from pipelines.reader.query import listed
    from pipelines.screen.results import write_result

    frame = listed(settings.home, f"screen/{name}_list")
    write_result(frame, shape, frame.height, GOES)


@click.command()
@_FORMAT
@click.pass_obj
@guarded
def sources(settings: Settings, shape: str) -> None:
    """List the sources: state, licence, what each gave (the view `credits` says what to cite)."""
    _list(settings, "source", shape)


@click.command()
@_FORMAT
@click.pass_obj
@guarded
def tasks(settings: Settings, shape: str) -> None:
    """List the tasks: chance, items, who reports them, the verdicts on their accuracy."""
    _list(settings, "task", shape)


@click.command()
@_FORMAT
@click.pass_obj
@guarded
def corpora(settings: Settings, shape: str) -> None:
    """List the axes of loss: text, unit, tokenizer, who reports them, how far they reach."""
    _list(settings, "corpus", shape)
