"""What `add` answers: taken, left alone and why, counts by task and step, unknown names, the axes met."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.own.plan import Plan
from pipelines.own.reading import known

SHOWN = 12


@dataclass(frozen=True)
class Axis:
    """An axis of loss that is published: its group, and who is on it.

    Before the first release ``is_text_only``: its text is known, and not yet on which axis its losses are.
    """

    group: str
    corpus: str
    sources: str
    is_text_only: bool = False


def axis_of(corpus: str, unit: str, tokenizer: str | None) -> str:
    """Return the name of the axis of a loss: text and unit, or text and tokenizer where that decides.

    A tokenizer is called as the marts call it: gpt-neox-20b is gpt-neox.
    """
    by_unit = unit in ("bits_per_byte", "bits_per_char")
    return f"{corpus} {unit if by_unit else known.tokenizer_called(tokenizer or 'unknown')}"


def axes_met(plan: Plan, published: Sequence[Axis]) -> list[dict[str, Any]]:
    """Return a row an axis of the plan's held-out losses: how many, and who else is on it or near."""
    groups = {axis.group: axis for axis in published}
    rows = []
    held_out = plan.settled.losses.filter(pl.col("held_out").fill_null(True))
    counted = held_out.group_by("corpus", "unit", maintain_order=True).agg(
        pl.len(), pl.col("loss").min(), pl.col("loss").max().alias("high")
    )
    for corpus, unit, count, low, high in counted.iter_rows():
        name = axis_of(corpus, unit, plan.card.text("tokenizer"))
        met = groups.get(name)
        near = [a.group for a in published if a.corpus == corpus and a.group != name]
        rows.append(
            {
                "axis": name,
                "unit": unit,
                "n_losses": count,
                "lowest": low,
                "highest": high,
                "meets": met.sources if met else None,
                "is_known": not any(axis.is_text_only for axis in published),
                "near": near,
            }
        )
    return rows


def unknown_tasks(plan: Plan) -> list[dict[str, Any]]:
    """Return the tasks that nothing else knows, with the nearest names."""
    tasks = plan.settled.scores["task"].unique(maintain_order=True).to_list()
    strange = [t for t in tasks if t.split("+")[0] not in known.tasks()]
    return [{"task": t, "nearest": known.nearest(t, known.tasks())} for t in strange]


def counts(plan: Plan) -> dict[str, Any]:
    """Return how much there is, in all and by task."""
    losses, scores = plan.settled.losses, plan.settled.scores
    by_task = scores.group_by("task", "format", "metric", "n_shot").agg(
        pl.len().alias("n_scores"),
        pl.col("tokens").min().alias("first"),
        pl.col("tokens").max().alias("last"),
    )
    checkpoints = pl.concat([losses.select("run", "tokens"), scores.select("run", "tokens")]).unique().height
    return {
        "losses": losses.height,
        "scores": scores.height,
        "checkpoints": checkpoints,
        "steps": _span(pl.concat([losses["step"], scores["step"]])),
        "tokens": _span(pl.concat([losses["tokens"], scores["tokens"]])),
        "tasks": by_task.sort(
            "n_scores", "task", "format", "metric", "n_shot", descending=[True, *[False] * 4]
        ).to_dicts(),
    }


def _span(values: pl.Series) -> list[int] | None:
    known_values = values.drop_nulls()
    return [int(known_values.min()), int(known_values.max())] if len(known_values) else None  # type: ignore[arg-type]


def left_by_reason(plan: Plan) -> list[dict[str, Any]]:
    """Return a row a reason: how many values or files were left alone for it, and the first of them."""
    rows = [
        {"why": item.why, "count": item.count, "file": item.file, "place": item.place}
        for item in plan.settled.said.left
    ]
    if not rows:
        return []
    frame = pl.DataFrame(
        rows, schema={"why": pl.String, "count": pl.Int64, "file": pl.String, "place": pl.String}
    )
    return (
        frame.group_by("why", maintain_order=True)
        .agg(
            pl.col("count").sum(),
            pl.col("file").n_unique().alias("files"),
            pl.col("file").first(),
            pl.col("place").first(),
        )
        .to_dicts()
    )


def as_json(plan: Plan, published: Sequence[Axis], put: str | None) -> dict[str, Any]:
    """Return all that is to be said of one run, for machines."""
    said = plan.settled.said
    return {
        "run": plan.name,
        "runs": plan.settled.runs["run"].to_list(),
        "root": str(plan.root),
        "put": put,
        **counts(plan),
        "axes": axes_met(plan, published),
        "unknown_tasks": unknown_tasks(plan),
        "left": left_by_reason(plan),
        "broken": [
            {"file": b.file, "place": b.place, "rule": b.rule, "value": b.value, "fix": b.fix}
            for b in said.broken
        ],
        "questions": [
            {
                "key": q.key,
                "text": q.text,
                "options": list(q.options),
                "file": q.file,
                "is_needed": q.is_needed,
            }
            for q in said.questions.values()
        ],
        "notes": said.notes,
    }
