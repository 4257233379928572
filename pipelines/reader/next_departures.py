"""Which tasks leave their floor next on a running run's way, at how many tokens, in how many days."""

from typing import Any

import polars as pl

from emergence.score_curves.reach import reach
from pipelines.release.open_release import Questions

MOST = 5


def next_departures(questions: Questions, run: str, tokens_per_day: float | None) -> list[dict[str, Any]]:
    """Return the nearest departures that the run's losses have not reached, the soonest first.

    Each task once, on the axis where it comes soonest; with its interval in tokens, and in days where the
    run's own pace is known.
    """
    losses = questions.ask("ask/run_losses", run=run)
    groups = losses["comparability_group"].unique(maintain_order=True).to_list()
    departures = questions.ask("ask/departures", groups=groups)
    rows = []
    for group in groups:
        mine = losses.filter(comparability_group=group)
        least = float(mine["loss"].min())  # type: ignore[arg-type]
        for row in departures.filter(
            pl.col("comparability_group") == group, pl.col("loss") < least
        ).iter_rows(named=True):
            rows += _when(row, mine, tokens_per_day)
    soonest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["tokens"]):
        soonest.setdefault((row["task"], row["format"]), row)
    return list(soonest.values())[:MOST]


def _when(row: dict[str, Any], mine: pl.DataFrame, tokens_per_day: float | None) -> list[dict[str, Any]]:
    found = reach(
        mine["tokens"].to_numpy().astype(float),
        mine["loss"].to_numpy(),
        row["loss"],
        target_low=row["loss"] if row["loss_low"] is None else row["loss_low"],
        target_high=row["loss"] if row["loss_high"] is None else row["loss_high"],
    )
    if found is None or found.tokens is None:
        return []
    now = float(mine["tokens"].max())  # type: ignore[arg-type]

    def days(tokens: float | None) -> float | None:
        return None if tokens is None or not tokens_per_day else (tokens - now) / tokens_per_day

    return [
        {
            **{
                name: row[name]
                for name in ("task", "format", "metric", "n_shot", "source", "comparability_group")
            },
            "loss": row["loss"],
            "tokens": found.tokens,
            "tokens_low": found.low,
            "tokens_high": found.high,
            "days": days(found.tokens),
            "days_low": days(found.low),
            "days_high": days(found.high),
        }
    ]
