"""Things that were looked at, one line each, good or bad."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from pipelines.release.verify import Finding


def print_findings(findings: Sequence[Finding]) -> bool:
    """Print one line for each finding; return whether all of them are good."""
    console = Console(highlight=False)
    for finding in findings:
        mark = "[green]ok[/green] " if finding.is_good else "[red]bad[/red]"
        console.print(f"{mark} {escape(finding.line)}", soft_wrap=True)
    return all(finding.is_good for finding in findings)
