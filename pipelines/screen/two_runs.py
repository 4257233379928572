"""Two trainings on screen: losses, then the settings, the surest difference first."""

from typing import Any

from pipelines.reader.two_runs import TwoRuns
from pipelines.screen.answers import SHOWN
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, console, heading, say
from pipelines.words import billions, probability, unit

COLUMNS = (
    Column("task", is_key=True),
    Column("asked", goes=3, is_key=True),
    Column("shots", is_number=True, goes=1, is_key=True),
    Column("tokens", is_number=True, goes=4),
    Column("score", is_number=True),
    Column("other", is_number=True),
    Column("points", is_number=True, says="score less other, and ± its standard error"),
    Column("±", is_number=True),
    Column("adjusted p", is_number=True, goes=2),
    Column("at equal loss", is_number=True, says="the same where the other's loss is equal"),
)
LOSSES = (
    Column("loss on", is_key=True),
    Column("loss", is_number=True),
    Column("other", is_number=True),
    Column("difference", is_number=True),
    Column("tokens", is_number=True, goes=2),
    Column("unit", goes=1),
)


def print_two(found: TwoRuns) -> None:
    """Print how two trainings differ."""
    out = console()
    heading(out, found.run, f": {found.headline}")
    if found.losses.height:
        print_table(out, LOSSES, [Row(_loss(row)) for row in found.losses.iter_rows(named=True)])
        out.print()
    told = found.rows.head(SHOWN).iter_rows(named=True)
    print_table(out, COLUMNS, [Row(_row(row), "bold" if row["is_sure"] else "") for row in told])
    if found.rows.height > SHOWN:
        say(out, f"{found.rows.height - SHOWN} more (--json lists all)", GREY)
    say(out, found.basis)


def _loss(row: dict[str, Any]) -> list[str]:
    return [
        row["comparability_group"],
        f"{row['loss']:.3f}",
        f"{row['other']:.3f}",
        f"{row['difference']:+z.3f}",
        f"{billions(row['tokens'])} B",
        unit(row["unit"]),
    ]


def _row(row: dict[str, Any]) -> list[str]:
    def points(value: float | None, sign: str = "+") -> str:
        return "" if value is None else f"{100 * value:{sign}z.1f}"

    return [
        row["task"],
        f"{row['format'] or ''} {row['metric']}".strip(),
        "" if row["n_shot"] is None else str(row["n_shot"]),
        f"{billions(row['tokens'])} B",
        f"{row['score']:.3f}",
        f"{row['other']:.3f}",
        points(row["difference"]),
        points(row["stderr"], ""),
        probability(row["p_adjusted"]),
        points(row["difference_at_loss"]),
    ]
