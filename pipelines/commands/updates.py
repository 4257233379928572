"""``check-updates``: whether a pinned source has moved on."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import DONE, IN_PART, guarded

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command("check-updates")
@click.option("--bump", "is_bump", is_flag=True, help="Write the newer commits into the sources' modules.")
@click.option("--source", "names", multiple=True, help="Only this source; may be repeated.")
@click.pass_obj
@guarded
def check_updates(settings: Settings, is_bump: bool, names: tuple[str, ...]) -> int:
    """Ask whether the repositories of the sources have moved on from the pinned commits.

    Ends with 0, newer or not and without a network too; with 1 when a repository answered wrongly.
    """
    from pipelines.intake.updates import bump
    from pipelines.intake.updates import check_updates as ask
    from pipelines.screen.typed import as_typed
    from pipelines.sources import select

    sources = {source.name: source for source in select(names)}
    if settings.offline:
        click.echo("not asked: EMERGENCE_OFFLINE is set")
        return DONE
    is_whole = True
    for update in ask(sources.values()):
        click.echo(update.line())
        is_whole = is_whole and not update.is_failed
        if is_bump and update.is_newer:
            module = Path(inspect.getfile(sources[update.source].parse))
            bump(update, module)
            click.echo(as_typed(f"  written to {module}; run `emergence run`, then the tests of this source"))
    return DONE if is_whole else IN_PART
