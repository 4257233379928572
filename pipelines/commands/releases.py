"""``verify``, ``diff`` and ``export``: what can be done with whole releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import DONE, IN_PART, guarded
from pipelines.commands.complete import releases

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.argument("release", shell_complete=releases, required=False, type=click.Path(path_type=Path))
@click.option("--quick", "is_quick", is_flag=True, help="Neither build the site anew nor fit again.")
@click.option(
    "--refit", default=20, show_default=True, type=click.IntRange(min=0), help="Fit so many thresholds again."
)
@click.pass_obj
@guarded
def verify(settings: Settings, release: Path | None, is_quick: bool, refit: int) -> int:
    """Hold a release (the newest, or one by name or folder) against its manifest and itself.

    Ends with 0 when all is as published, with 1 when anything is not.
    """
    from pipelines.release.verify import verify_home, verify_release
    from pipelines.screen.findings import print_findings

    home, rows = settings.home, 0 if is_quick else refit
    findings = (
        verify_home(home, is_quick=is_quick, refit=rows)
        if release is None
        else verify_release(home, release, is_quick=is_quick, refit=rows)
    )
    return DONE if print_findings(findings) else IN_PART


@click.command()
@click.argument("target", metavar="FOLDER|s3://BUCKET/FOLDER")
@click.pass_obj
@guarded
def export(settings: Settings, target: str) -> None:
    """Write the copy to share: without rows that may not be redistributed, without your own runs."""
    from pipelines.release.export import export, export_to_store
    from pipelines.release.object_store import is_address

    if is_address(target):
        name = export_to_store(settings.home, target).name
    else:
        name = str(export(settings.home, Path(target)).manifest()["export_of"])
    click.echo(f"{target}: release {name} as others may have it")


@click.command()
@click.argument("older", shell_complete=releases, required=False, type=click.Path(path_type=Path))
@click.argument("newer", shell_complete=releases, required=False, type=click.Path(path_type=Path))
@click.pass_obj
@guarded
def diff(settings: Settings, older: Path | None, newer: Path | None) -> None:
    """Say what changed between two releases, given by name or folder.

    Without NEWER it is the newest; without OLDER the one before it.
    """
    from pipelines.release.diff import diff_releases
    from pipelines.release.open_release import named_release, newest_release, release_before

    after = named_release(settings.home, newer) if newer else newest_release(settings.home)
    before = named_release(settings.home, older) if older else release_before(settings.home, after)
    report = diff_releases(before.folder, after.folder)
    from pipelines.screen.terminal import console, say

    out = console()
    for line in report.lines():
        say(out, line)
