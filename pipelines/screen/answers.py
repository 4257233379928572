"""Answers on screen: short enough to read, the surest first, and what they rest on last."""

from dataclasses import replace
from typing import Any

import polars as pl
from rich.console import Console

from pipelines.keys import COMPARABLE
from pipelines.reader.ask import Answer
from pipelines.reader.compare import Comparison
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, console, heading, say
from pipelines.screen.typed import command
from pipelines.vocabulary import style_of
from pipelines.words import apart, billions, place_of, probability, unit, verdict_name

SURE = 0.95
SHOWN, FEWEST = 12, 4
COLUMNS = (
    Column("task", is_key=True),
    Column("asked", goes=7, is_key=True),
    Column("shots", is_number=True, goes=2, is_key=True),
    Column("score", is_number=True),
    Column("90 % interval", is_number=True),
    Column("held", is_number=True, goes=5, says="left-out scores inside such intervals"),
    Column("runs", is_number=True, goes=4, says="those whose losses are near"),
    Column("chance", is_number=True),
    Column("above", is_number=True, goes=8, says="points over chance"),
    Column("p", is_number=True, says="probability of being above chance"),
    Column("+2 points at", is_number=True, goes=6, says="the loss where it stands 2 points above its floor"),
    Column("verdict", goes=3, is_shown_by_style=True),
    Column("source", goes=1, is_key=True),
)
COMPARED = (
    Column("checkpoint", is_key=True),
    Column("loss on", is_key=True),
    Column("loss", is_number=True, goes=2),
    Column("met", is_number=True, says="scores that met a curve"),
    Column("below", is_number=True, says="those of them that fell off (in bold)"),
    Column("above", is_number=True, says="those that lie above theirs"),
    Column("mean", is_number=True, goes=3, says="how far from the curves of other sources, in points"),
    Column("worst", says="the task furthest below, else off most clearly, and its score"),
    Column("score", is_number=True),
    Column("expected", is_number=True, goes=4),
    Column("adjusted p", is_number=True, goes=1),
)


def print_answer(answer: Answer, *, whole: bool) -> None:
    """Print a table an axis and scenario, and last what all of it rests on."""
    out = console()
    most = SHOWN if answer.scenarios.height == 1 else max(SHOWN // answer.scenarios.height + 2, FEWEST)
    for scenario in answer.scenarios.iter_rows(named=True):
        mine = answer.rows.filter(*(pl.col(c) == scenario[c] for c in (*COMPARABLE, "scenario")))
        if mine.is_empty():
            continue
        known = mine.filter(pl.col("p_above_chance").is_not_null(), ~pl.col("chance_disputed"))
        above = known.filter(pl.col("p_above_chance") >= SURE)
        shown = mine if whole else above.head(most)
        heading(out, *_headline(scenario, above.height, known.height, mine))
        if shown.height:
            _print_rows(out, shown)
        left = above.height - shown.height
        unsure = known.height - above.height
        if not whole and (left > 0 or unsure):
            more = f"{left} more above chance, " if left > 0 else ""
            say(out, f"{more}{unsure} not surely above it (--all shows them)", GREY)
        if disputed := mine.filter("chance_disputed", pl.col("p_above_chance").is_not_null()).height:
            say(out, f"{disputed} not counted: what guessing scores there is in dispute", GREY)
        is_far = pl.col("score").is_null()
        if shown.height and (far := mine.filter(is_far).height):
            say(out, f"{far} not answered: this loss lies too far from those seen", GREY)
        if unknown := mine.filter(~is_far, pl.col("p_above_chance").is_null()).height:
            say(out, f"{unknown} not counted: what guessing scores is not known", GREY)
        out.print()
    say(out, answer.basis)


def _headline(scenario: dict[str, object], above: int, known: int, rows: pl.DataFrame) -> tuple[str, str]:
    low, high = scenario["loss_low"], scenario["loss_high"]
    interval = "" if low is None else f" (95 % {low:.3f} to {high:.3f})"
    who = "" if scenario["scenario"] == "as asked" else f", law of {scenario['scenario']}"
    loss = float(str(scenario["loss"]))
    # What was asked stands as it was typed; a law foretells no more than three decimals.
    digits = next((d for d in range(3, 9) if low is not None or round(loss, d) == loss), 9)
    words = f"{scenario['comparability_group']}, loss {loss:.{digits}f}{interval}"
    words = f"{words} {unit(str(scenario['unit']))}{who}"
    if not known and (rows["status"] == "beyond_reach").all():
        least, most = (float(v) for v in (rows["loss_min"].min(), rows["loss_max"].max()))  # type: ignore[arg-type]
        digits = apart([loss], [least, most])
        seen = f"{least:.{digits}f} to {most:.{digits}f}"
        return words, f": no answer, too far from the losses seen ({seen})"
    return words, f": {above} of {known} settings above chance (p ≥ {SURE})"


def _print_rows(out: Console, rows: pl.DataFrame) -> None:
    several = rows["metric"].n_unique() > 1 and rows["task"].n_unique() == 1
    scored = pl.col("score").is_not_null()
    marks = {
        "* extrapolated: the loss lies beyond those seen": pl.col("extrapolated") & scored,
        "? chance in dispute": pl.col("chance_disputed") & pl.col("chance").is_not_null(),
    }
    note = "; ".join(mark for mark, is_marked in marks.items() if rows.filter(is_marked).height)
    columns = [_held(c) if rows.filter("is_larger", scored).height else c for c in COLUMNS]
    print_table(out, columns, [_row(row, several) for row in rows.iter_rows(named=True)], note=note)


def _held(column: Column) -> Column:
    """Say of the scores held, in their own column alone, that they are of other runs for a larger model."""
    more = ", of largest sizes left out where larger than all behind the curve"
    return replace(column, says=column.says + more) if column.name == "held" else column


def _row(row: dict[str, Any], several: bool) -> Row:
    far = row["score"] is None
    above = None if far or row["chance"] is None else 100 * (row["score"] - row["chance"])
    cells = (
        row["task"],
        f"{row['format']} {row['metric']}" if several else row["format"],
        "" if row["n_shot"] is None else str(row["n_shot"]),
        "too far" if far else f"{row['score']:.3f}" + ("*" if row["extrapolated"] else ""),
        "" if far else f"[{row['low']:.3f}, {row['high']:.3f}]",
        "" if far or row["measured_coverage"] is None else f"{100 * row['measured_coverage']:.0f} %",
        "" if far else str(row["n_runs_near"]),
        _chance(row),
        "" if above is None else f"{above:+z.1f}",
        probability(row["p_above_chance"]),
        "" if row["loss_at_2_points"] is None else f"{row['loss_at_2_points']:.2f}",
        verdict_name(row["verdict"]),
        row["source"],
    )
    return Row(cells, style_of(row["verdict"]))


def _chance(row: dict[str, Any]) -> str:
    if row["chance"] is None:
        return ""
    return f"{row['chance']:.2f}" + ("?" if row["chance_disputed"] else "")


def print_comparison(found: Comparison) -> None:
    """Print how the run lies on the curves of others, the newest checkpoint first, and what that rests on."""
    out = console()
    heading(out, found.run, f": {found.headline}")
    places = found.places()
    if places.height:
        told = places.head(SHOWN).iter_rows(named=True)
        rows = [Row(_place(row), "bold" if row["below"] else "") for row in told]
        print_table(out, COMPARED, rows)
        if places.height > SHOWN:
            say(out, f"{places.height - SHOWN} more ({command()} compare {found.run} --json lists all)", GREY)
    if (fallen := found.fallen()).height:
        say(out, _fallen(fallen))
    for reason in found.reasons:
        say(out, f"  {reason['n_scores']:>7,} {reason['why']}")
    for row in found.departures:
        say(out, _departure(row))
    if found.left_open:
        say(out, found.left_open)
    say(out, found.basis)


def _place(row: dict[str, Any]) -> list[str]:
    step = place_of(row["step"], row["tokens"])
    head = [step, row["corpus"], f"{row['loss']:.3f}"]
    if not row["n_met"]:
        return [*head, *[""] * 4, "beyond the curves' losses", *[""] * 3]
    counts = [str(row[name]) for name in ("n_met", "below", "above")]
    mean = "" if row["mean"] is None else f"{100 * row['mean']:+z.1f}"
    if row["task"] is None:  # it keeps to the other runs of its source
        return [*head, *counts, mean, *[""] * 4]
    worst = [f"{row['task']} {row['format']}", f"{row['score']:.3f}", f"{row['expected']:.3f}"]
    return [*head, *counts, mean, *worst, probability(row["p_adjusted"])]


def _fallen(rows: pl.DataFrame) -> str:
    """Name every score of the newest checkpoint that fell off, the worst with what was expected."""
    named = [
        f"{row['task']} {row['format']} {row['score']:.3f} against {row['expected']:.3f} ({row['reference']})"
        for row in rows.head(SHOWN).iter_rows(named=True)
    ]
    named.extend(rows["task"][SHOWN:].unique(maintain_order=True))
    return f"Fell off at {place_of(rows['step'][0], rows['tokens'][0])}: {', '.join(named)}"


def _departure(row: dict[str, Any]) -> str:
    """Say when a task leaves its floor, at the run's own rate."""
    low, high = (None if row[n] is None else billions(row[n], 3) for n in ("tokens_low", "tokens_high"))
    span = f" [{low or 'now'}, {high or 'no end'}]"
    days = "" if row["days"] is None else f", in {row['days']:.1f} days"
    return (
        f"  next: {row['task']} {row['format']} at loss {row['loss']:.3f} ({row['source']}), "
        f"at {billions(row['tokens'], 3)} B tokens{span}{days}, later if its loss flattens"
    )
