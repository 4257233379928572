"""Tests of claims about foretelling the largest model from smaller ones."""

import polars as pl

from emergence.claims.about_thresholds import DEPARTED
from emergence.claims.judge import FEWEST_TASKS, Finding, found, untestable
from emergence.claims.rows import ClaimTables, by_source, judged
from emergence.claims.rules import CONTRADICTED, decide, median_interval

TWO_POINTS = 2.0
MISSED = 5.0  # points from which a forecast is called wrong
LARGE = 5e9  # parameters: Bhagia et al. foretell 7 and 13 billion


def _errors(tables: ClaimTables) -> pl.DataFrame | None:
    rows = judged(tables.largest, tables)
    return None if rows is None else rows.filter(pl.col("status") == "ok").drop_nulls("error_at_lowest_loss")


def _finding(part: pl.DataFrame, most: float, *, above: bool, words: str) -> Finding:
    errors = part["error_at_lowest_loss"].abs().to_numpy()
    numbers = median_interval(errors)
    verdict = decide(*numbers[1:], supported=lambda v: (v > most) == above, words=words)
    worst = (verdict[0] != CONTRADICTED) != above
    row = part.sort(pl.col("error_at_lowest_loss").abs(), descending=worst).row(0, named=True)
    counter = f"{row['task']}: {row['error_at_lowest_loss']:+z.1f} points"
    return found(
        part, "median |error| of the largest size, points", numbers, errors.size, verdict, counter=counter
    )


def small_foretell_large_in_points(tables: ClaimTables) -> list[Finding]:
    """Median over cloze tasks of |error| at a large model's lowest loss; within two points."""
    answers = []
    for source, part in by_source(_errors(tables)):
        large = float(part["params_predicted"].max() or 0) if "params_predicted" in part.columns else LARGE  # type: ignore[arg-type]
        cloze = part.filter(pl.col("format") == "rc")
        if large < LARGE:
            answers.append(
                untestable(
                    source,
                    f"its largest model has {large / 1e9:.1f} billion parameters; the"
                    " claim is about 7 and 13",
                )
            )
        elif cloze.height < FEWEST_TASKS:
            answers.append(
                untestable(
                    source, f"{cloze.height} multiple-choice tasks ranked by likelihood; five are asked for"
                )
            )
        else:
            inside = cloze.filter(pl.col("error_at_lowest_loss").abs() <= TWO_POINTS).height
            words = (
                f"{inside} of {cloze.height} tasks within 2 points, by loss on a corpus and not on the task"
            )
            answers.append(_finding(cloze, TWO_POINTS, above=False, words=words))
    return answers


def emergent_defies_extrapolation(tables: ClaimTables) -> list[Finding]:
    """Median over tasks that leave a floor of |error| in the largest size; above 5 points."""
    verdicts, rows = tables.verdicts, _errors(tables)
    if verdicts is None or rows is None:
        return []
    keys = [c for c in ("source", "corpus", "task", "format") if c in rows.columns and c in verdicts.columns]
    emergent = verdicts.filter(pl.col("verdict").is_in(DEPARTED)).select(keys)
    answers = []
    for source, everything in by_source(rows):
        part = everything.join(emergent, on=keys, how="semi", nulls_equal=True)
        beyond = part.filter(pl.col("share_extrapolated") > 0)
        if beyond.height < FEWEST_TASKS:
            why = (
                f"{beyond.height} tasks that leave a floor and whose largest model goes beyond"
                " the losses of the smaller; five are asked for"
            )
            answers.append(untestable(source, why))
            continue
        words = f"{beyond.height} tasks that leave a floor; the loss of the larger model is taken as known"
        answers.append(_finding(beyond, MISSED, above=True, words=words))
    return answers
