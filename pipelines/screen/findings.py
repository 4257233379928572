"""Things that were looked at, one line each, good or bad."""

from collections.abc import Sequence

from rich.markup import escape

from pipelines.release.verify import Finding
from pipelines.screen.terminal import BAD, GOOD, console, wrapped
from pipelines.screen.typed import as_typed

LEAD = 4


def print_findings(findings: Sequence[Finding]) -> bool:
    """Print one line for each finding; return whether all of them are good."""
    out = console()
    for finding in findings:
        mark = f"[{GOOD}]ok[/] " if finding.is_good else f"[bold {BAD}]bad[/]"
        for place, line in enumerate(wrapped(as_typed(finding.line), out.width - LEAD)):
            out.print(f"{mark if place == 0 else '   '} {escape(line)}", soft_wrap=True)
    return all(finding.is_good for finding in findings)
