"""``doctor``: what stands around the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.pass_obj
@guarded
def doctor(settings: Settings) -> int:
    """Say whether this machine and this home folder can run the warehouse."""
    from pipelines.reader.doctor import examine

    return examine(settings)
