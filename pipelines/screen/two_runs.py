"""Two trainings on screen: losses, then the settings, the surest difference first."""

from typing import Any

from pipelines.reader.two_runs import TwoRuns
from pipelines.screen.answers import SHOWN
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, console, heading, say
from pipelines.words import unit

COLUMNS = (
    Column("task"),
    Column("asked", goes=3),
    Column("shots", is_number=True, goes=1),
    Column("tokens", is_number=True),
    Column("score", is_number=True),
    Column("other", is_number=True),
    Column("points", is_number=True),
    Column("±", is_number=True),
    Column("adjusted p", is_number=True, goes=2),
    Column("at equal loss", is_number=True),
)


def print_two(found: TwoRuns) -> None:
    """Print how two trainings differ."""
    out = console()
    heading(out, found.run, f": {found.headline}")
    for row in found.losses.iter_rows(named=True):
        say(out, _loss(row))
    told = found.rows.head(SHOWN).iter_rows(named=True)
    print_table(out, COLUMNS, [Row(_row(row), "bold" if row["is_sure"] else "") for row in told])
    if found.rows.height > SHOWN:
        say(out, f"{found.rows.height - SHOWN} more (--json lists all)", GREY)
    say(out, found.basis)


def _loss(row: dict[str, Any]) -> str:
    values = f"{row['loss']:.3f} against {row['other']:.3f} {unit(row['unit'])} ({row['difference']:+.3f})"
    return f"  loss on {row['comparability_group']}: {values} at {row['tokens'] / 1e9:.4g} B tokens"


def _row(row: dict[str, Any]) -> list[str]:
    def points(value: float | None, sign: str = "+") -> str:
        return "" if value is None else f"{100 * value:{sign}.1f}"

    return [
        row["task"],
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
