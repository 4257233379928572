"""Answers on screen: short enough to read, the surest first, and what they rest on last."""

import sys
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.reader.ask import LOSS_AXIS, Answer
from pipelines.reader.compare import Comparison
from pipelines.vocabulary import style_of
from pipelines.words import unit

SURE = 0.95
SHOWN, FEWEST = 12, 4
COLUMNS = (
    "task",
    "asked",
    "shots",
    "score",
    "90 % interval",
    "held",
    "runs",
    "chance",
    "above",
    "p",
    "+2 points at",
    "verdict",
    "source",
)
COMPARED = (
    "checkpoint",
    "loss on",
    "loss",
    "curves",
    "off",
    "mean",
    "worst",
    "score",
    "expected",
    "adjusted p",
)


def console() -> Console:
    """Return where answers are printed."""
    # Not a terminal: nothing says how wide a line may be, and a cut number helps nobody.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def print_answer(answer: Answer, *, whole: bool) -> None:
    """Print a table an axis and scenario, and last what all of it rests on."""
    screen = console()
    most = SHOWN if answer.scenarios.height == 1 else max(SHOWN // answer.scenarios.height + 2, FEWEST)
    for scenario in answer.scenarios.iter_rows(named=True):
        mine = answer.rows.filter(*(pl.col(c) == scenario[c] for c in (*LOSS_AXIS, "scenario")))
        if mine.is_empty():
            continue
        above = mine.filter(pl.col("p_above_chance") >= SURE)
        known = mine.filter(pl.col("p_above_chance").is_not_null())
        shown = mine if whole else above.head(most)
        screen.print(_headline(scenario, above.height, known.height, mine), soft_wrap=True)
        if shown.height:
            screen.print(_table(shown))
        left = above.height - shown.height
        unsure = known.height - above.height
        if not whole and (left > 0 or unsure):
            more = f"{left} more above chance, " if left > 0 else ""
            screen.print(f"{more}{unsure} not surely above it (--all shows them)", style="dim")
        screen.print()
    screen.print(escape(answer.basis), soft_wrap=True)


def _headline(scenario: dict[str, object], above: int, known: int, rows: pl.DataFrame) -> str:
    low, high = scenario["loss_low"], scenario["loss_high"]
    interval = "" if low is None else f" [{low:.3f}, {high:.3f}]"
    who = "" if scenario["scenario"] == "as asked" else f", law of {scenario['scenario']}"
    words = f"{scenario['comparability_group']}, loss {scenario['loss']:.3f}{interval}"
    words = f"{words} {unit(str(scenario['unit']))}{who}"
    if not known and (rows["status"] == "beyond_reach").all():
        least, most = (float(v) for v in (rows["loss_min"].min(), rows["loss_max"].max()))  # type: ignore[arg-type]
        seen = f"{least:.3f} to {most:.3f}"
        return f"[bold]{escape(words)}[/bold]: no answer, too far from the losses seen ({seen})"
    return f"[bold]{escape(words)}[/bold]: {above} of {known} settings above chance (p ≥ {SURE})"


def _table(rows: pl.DataFrame) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in COLUMNS:
        right = name in ("shots", "score", "held", "runs", "chance", "above", "p", "+2 points at")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    several = rows["metric"].n_unique() > 1 and rows["task"].n_unique() == 1
    for row in rows.iter_rows(named=True):
        asked = f"{row['format']} {row['metric']}" if several else row["format"]
        far = row["score"] is None
        above = None if far or row["chance"] is None else 100 * (row["score"] - row["chance"])
        table.add_row(
            escape(row["task"]),
            asked,
            "" if row["n_shot"] is None else str(row["n_shot"]),
            "too far" if far else f"{row['score']:.3f}" + ("*" if row["extrapolated"] else ""),
            "" if far else f"[{row['low']:.3f}, {row['high']:.3f}]".replace("[", r"\["),
            "" if far or row["measured_coverage"] is None else f"{row['measured_coverage']:.0%}",
            "" if far else str(row["n_runs_near"]),
            "" if row["chance"] is None else f"{row['chance']:.2f}",
            "" if above is None else f"{above:+.1f}",
            "" if row["p_above_chance"] is None else _probability(row["p_above_chance"]),
            "" if row["loss_at_2_points"] is None else f"{row['loss_at_2_points']:.2f}",
            row["verdict"] or "",
            row["source"],
            style=style_of(row["verdict"]),
        )
    words = "held: left-out scores inside such intervals; runs: those whose losses are near"
    if rows["extrapolated"].any():
        words += "; * extrapolated: the loss lies beyond those seen"
    table.caption, table.caption_justify = words, "left"
    return table


def _probability(p: float) -> str:
    return ">0.999" if p > 0.999 else f"{p:.3f}"


def print_comparison(found: Comparison) -> None:
    """Print how the run lies on the curves of others, the newest checkpoint first, and what that rests on."""
    screen = console()
    screen.print(f"[bold]{escape(found.run)}[/bold]: {escape(found.headline)}", soft_wrap=True)
    places = found.places()
    if places.height:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in COMPARED:
            table.add_column(name, justify="left" if name in COMPARED[:2] else "right", no_wrap=True)
        for row in places.head(SHOWN).iter_rows(named=True):
            table.add_row(*_place(row), style="" if not row["off"] else "bold")
        screen.print(table)
        if places.height > SHOWN:
            screen.print(f"{places.height - SHOWN} more (--json lists all)", style="dim")
    for reason in found.reasons:
        screen.print(f"  {reason['n_scores']:>5} {escape(str(reason['why']))}", soft_wrap=True)
    for row in found.departures:
        screen.print(escape(_departure(row)), soft_wrap=True)
    screen.print(escape(found.basis), soft_wrap=True)


def _place(row: dict[str, Any]) -> list[str]:
    step = f"step {row['step']:,}" if row["step"] is not None else f"{row['tokens'] or 'last'}"
    if row["is_outside"]:
        outside = ["outside the published losses", *[""] * 6]
        return [step, escape(row["corpus"]), f"{row['loss']:.3f}", *outside]
    return [
        step,
        escape(row["corpus"]),
        f"{row['loss']:.3f}",
        str(row["looked_at"]),
        str(row["off"]),
        f"{100 * row['mean']:+.1f} points",
        f"{escape(row['task'])} {row['format']}",
        f"{row['score']:.3f}",
        f"{row['expected']:.3f}",
        "" if row["p_adjusted"] is None else f"{row['p_adjusted']:.1g}",
    ]


def _departure(row: dict[str, Any]) -> str:
    """Say when a task leaves its floor, at the run's own rate."""
    low, high = (None if row[n] is None else row[n] / 1e9 for n in ("tokens_low", "tokens_high"))
    span = f" [{'…' if low is None else f'{low:.3g}'}, {'…' if high is None else f'{high:.3g}'}]"
    days = "" if row["days"] is None else f", in {row['days']:.1f} days"
    return (
        f"  next: {row['task']} {row['format']} at loss {row['loss']:.3f} ({row['source']}), "
        f"at {row['tokens'] / 1e9:.3g} B tokens{span}{days}"
    )
