"""What a run's summary opens with: what is sharp or departs, from how many runs, in which unit."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Console

from pipelines.release.open_release import Questions
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.terminal import GREY, heading, say
from pipelines.vocabulary import style_of
from pipelines.words import unit, verdict_name

GROUP = ("verdict", "source", "comparability_group", "corpus", "unit")
COLUMNS = (
    Column("task", is_key=True),
    Column("asked", goes=3, is_key=True),
    Column("shots", is_number=True, goes=1, is_key=True),
    Column("runs", is_number=True, goes=2),
    Column("departs at", is_number=True),
    Column("η", is_number=True),
    Column("η over forms", is_number=True, goes=4),
)
FEW = 0.1
"""The share of sharp verdicts below which those of other models do not change what is said of the rest."""


def print_front(out: Console, questions: Questions) -> pl.DataFrame:
    """Print the clearest departures, one table a verdict and axis of loss; return their rows."""
    front = questions.ask("screen/front")
    say(out, verdict_sentence(questions.rows("screen/verdict_counts")))
    told = one_training(questions.rows("screen/sharp_models"))
    if told:
        say(out, told, "bold")
    for _, group in front.group_by(GROUP, maintain_order=True):
        first = group.row(0, named=True)
        out.print()
        axis = f"loss on {first['corpus']} in {unit(first['unit'])}"
        heading(out, verdict_name(first["verdict"]), f", {first['source']}, {axis}")
        print_table(out, COLUMNS, [_row(row) for row in group.iter_rows(named=True)])
    if front["loss_at_2_points"].count():
        say(out, "departs at: where the score stands 2 points above its floor, with its 95 % interval", GREY)
    return front


def verdict_sentence(counts: list[dict[str, Any]]) -> str:
    """Say of all fits how many leave their floor, the sharp ones first."""
    total = sum(row["n"] for row in counts)
    departing = [row for row in counts if row["departs"]]
    parts = ", ".join(f"{row['n']:,} {verdict_name(row['verdict'])}" for row in departing)
    n = sum(row["n"] for row in departing)
    said = f"{n:,} of {total:,} fits, each of a setting on one loss, leave their floor as loss falls"
    return f"{said}: {parts}." if parts else f"{said}."


def one_training(models: list[dict[str, Any]]) -> str:
    """Say where all sharp verdicts, or nearly all, rest on one model; nothing where they do not."""
    if not models:
        return ""
    first = models[0]
    total, others = first["n_all"], first["n_all"] - first["n"]
    if first["n_models"] > 1 or others > FEW * total:
        return ""
    runs = "one run" if first["n_runs"] == 1 else f"{first['n_runs']} runs"
    share = f"All {total:,}" if not others else f"{first['n']:,} of the {total:,}"
    return (
        f"{share} sharp verdicts rest on one model, {first['models']} of {first['source']} ({runs} of it): "
        "another model may leave its floor elsewhere, or otherwise."
    )


def with_interval(row: Mapping[str, Any], name: str, digits: int = 2) -> str:
    """Write a number with its interval, where it has one."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if row[name] is None:
        return ""
    limits = "" if low is None or high is None else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{row[name]:.{digits}f}{limits}"


def over_forms(row: Mapping[str, Any], digits: int = 2) -> str:
    """Write the range of eta over all forms of curve that rise, where it is wider than its interval."""
    least, most = row["eta_by_form_min"], row["eta_by_form_max"]
    if row["eta"] is None or least is None or most is None:
        return ""
    low, high = row["eta_low"], row["eta_high"]
    is_wider = low is None or high is None or most - least > high - low
    return f"{least:.{digits}f} to {most:.{digits}f}" if is_wider else ""


def _row(row: dict[str, Any]) -> Row:
    cells = (
        row["task"],
        row["format"],
        "" if row["n_shot"] is None else str(row["n_shot"]),
        str(row["n_runs"]),
        with_interval(row, "loss_at_2_points"),
        with_interval(row, "eta"),
        over_forms(row),
    )
    return Row(cells, style_of(row["verdict"]))
