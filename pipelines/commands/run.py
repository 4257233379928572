"""``run``: what brings the home folder up to date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import guarded, refresh_and_show
from pipelines.commands.complete import SOURCES

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.option(
    "--source",
    "sources",
    multiple=True,
    shell_complete=SOURCES,
    help="Refresh only this source; may be repeated.",
)
@click.option("--offline", is_flag=True, help="Never ask the network.")
@click.option("--force", is_flag=True, help="Run every step, changed or not.")
@click.pass_obj
@guarded
def run(settings: Settings, sources: tuple[str, ...], offline: bool, force: bool) -> int:
    """Pull the published tables, fit every threshold, publish a release, and show what came out."""
    offline = settings.offline or offline
    return refresh_and_show(replace(settings, offline=offline, force=force, only=sources))
