"""``doctor``: what stands around the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.base import DONE, IN_PART, guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.option(
    "--repair", "is_repair", is_flag=True, help="Put the home folder right; delete releases that are damaged."
)
@click.pass_obj
@guarded
def doctor(settings: Settings, is_repair: bool) -> int:
    """Say whether this machine and this home folder can run the warehouse."""
    if is_repair:
        _repair(settings)
    from pipelines.intake.fetch import where
    from pipelines.reader.doctor import examine
    from pipelines.release.verify import Finding
    from pipelines.screen.findings import print_findings
    from pipelines.settings import MIRROR_VARIABLE
    from pipelines.sources import SOURCES

    mirror = settings.mirror
    asked = (
        f"mirror folder {mirror}" if mirror else f"no mirror folder ({MIRROR_VARIABLE}): the network is asked"
    )
    sources = [f"source {source.name}: {where(source, settings)}" for source in SOURCES]
    inputs = [Finding(True, line) for line in (asked, *sources)]
    return DONE if print_findings([*examine(settings.home), *inputs]) else IN_PART


def _repair(settings: Settings) -> None:
    from pipelines.release.repair import repair_all

    said = repair_all(settings.home)
    for line in said or ["nothing was to be repaired"]:
        click.echo(f"repaired: {line}" if said else line)
