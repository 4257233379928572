"""``doctor``: what stands around the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.base import DONE, IN_PART, guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.pass_obj
@guarded
def doctor(settings: Settings) -> int:
    """Say whether this machine and this home folder can run the warehouse."""
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
