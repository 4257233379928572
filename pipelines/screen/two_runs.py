"""Two trainings on screen: losses, then the settings, the surest difference first."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from pipelines.reader.two_runs import TwoRuns
from pipelines.screen.answers import SHOWN, console
from pipelines.words import unit

COLUMNS = ("task", "asked", "shots", "tokens", "score", "other", "points", "±", "adjusted p", "at equal loss")


def print_two(found: TwoRuns) -> None:
    """Print how two trainings differ."""
    screen = console()
    screen.print(f"[bold]{escape(found.run)}[/bold]: {escape(found.headline)}", soft_wrap=True)
    for row in found.losses.iter_rows(named=True):
        screen.print(escape(_loss(row)), soft_wrap=True)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in COLUMNS[:2] else "right", no_wrap=True)
    for row in found.rows.head(SHOWN).iter_rows(named=True):
        table.add_row(*_row(row), style="bold" if row["is_sure"] else "")
    screen.print(table)
    if found.rows.height > SHOWN:
        screen.print(f"{found.rows.height - SHOWN} more (--json lists all)", style="dim")
    screen.print(escape(found.basis), soft_wrap=True)


def _loss(row: dict[str, Any]) -> str:
    values = f"{row['loss']:.3f} against {row['other']:.3f} {unit(row['unit'])} ({row['difference']:+.3f})"
    return f"  loss on {row['comparability_group']}: {values} at {row['tokens'] / 1e9:.4g} B tokens"


def _row(row: dict[str, Any]) -> list[str]:
    def points(value: float | None, sign: str = "+") -> str:
        return "" if value is None else f"{100 * value:{sign}.1f}"

    return [
        escape(row["task"]),
        f"{row['format'] or ''} {row['metric']}".strip(),
        "" if row["n_shot"] is None else str(row["n_shot"]),
        f"{row['tokens'] / 1e9:.4g} B",
        f"{row['score']:.3f}",
        f"{row['other']:.3f}",
        points(row["difference"]),
        points(row["stderr"], ""),
        "" if row["p_adjusted"] is None else f"{row['p_adjusted']:.2g}",
        points(row["difference_at_loss"]),
    ]
