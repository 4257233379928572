"""The answer of `add` in lines of plain text, the most useful first."""

import shlex
from collections.abc import Iterator, Sequence

from pipelines.own.plan import Plan
from pipelines.own.reading.found import Question
from pipelines.own.report import Axis, axes_met, counts, left_by_reason, unknown_tasks
from pipelines.words import counted, listed

SHOWN = 12


def say_plan(plan: Plan, published: Sequence[Axis]) -> Iterator[str]:
    """Yield what an `add` has to say of one run: what is in it, what it meets, what it lacks."""
    found = counts(plan)
    where = _span("step", found["steps"]) or _span("token", found["tokens"])
    yield (
        f"{plan.name}: {found['losses']:,} {'loss' if found['losses'] == 1 else 'losses'} and "
        f"{counted(found['scores'], 'score')} at {counted(found['checkpoints'], 'checkpoint')}{where}"
    )
    yield from _tasks(found["tasks"])
    for axis in axes_met(plan, published):
        span = f"{axis['lowest']:.3f} to {axis['highest']:.3f}"
        yield f"  loss {axis['axis']}: {axis['n_losses']:,} from {span}, {_meets(axis)}"
    unknown = unknown_tasks(plan)
    for row in unknown[:SHOWN]:
        near = f"; the nearest are {', '.join(row['nearest'])}" if row["nearest"] else ""
        yield f"  task {row['task']}: nobody else has it{near}"
    if len(unknown) > SHOWN:
        yield f"  {counted(len(unknown) - SHOWN, 'more task')} that nobody else has (--json tells all)"
    for note in plan.settled.said.notes:
        yield f"  note: {note}"
    yield from _left(plan)
    yield from _broken(plan)


def _tasks(tasks: list[dict[str, object]]) -> Iterator[str]:
    for row in tasks[:SHOWN]:
        shots = "" if row["n_shot"] is None else f", {row['n_shot']}-shot"
        form = row["format"] or "format unknown"
        yield f"  {row['n_scores']:>5} {row['task']} ({form}, {row['metric']}{shots})"
    if len(tasks) > SHOWN:
        rest = sum(int(str(row["n_scores"])) for row in tasks[SHOWN:])
        yield f"  {rest:>5} of {counted(len(tasks) - SHOWN, 'more setting')}"


def _span(what: str, span: list[int] | None) -> str:
    if span is None:
        return ""
    return f", {what}s {span[0]:,} to {span[1]:,}" if span[0] != span[1] else f", {what} {span[0]:,}"


def _meets(axis: dict[str, object]) -> str:
    if axis["meets"]:
        return f"meets {axis['meets']}"
    meets = "meets nobody" if axis["is_known"] else "whom it meets is known after the first `emergence run`"
    near = axis["near"]
    if isinstance(near, list) and near:
        return f"{meets}; published on the same text: {listed(sorted(set(near)), 4)}"
    return meets


def _left(plan: Plan) -> Iterator[str]:
    rows = left_by_reason(plan)
    for row in rows[:SHOWN]:
        first = row["file"] + (f", {row['place']}" if row["place"] else "")
        yield f"  left alone: {row['count']:,} ({first}{' …' if row['count'] > 1 else ''}): {row['why']}"
    if len(rows) > SHOWN:
        yield f"  left alone for {counted(len(rows) - SHOWN, 'more reason')} (--json tells all)"


def _broken(plan: Plan) -> Iterator[str]:
    broken = plan.settled.said.broken
    for item in broken[:SHOWN]:
        told = "" if item.value is None else f" {item.value!r}"
        place = f", {item.place}" if item.place else ""
        yield f"  refused: {item.file}{place}:{told} {item.rule}; {item.fix}"
    if len(broken) > SHOWN:
        yield f"  refused: {len(broken) - SHOWN} more (--json tells all)"


def say_gone(files: Sequence[str]) -> Iterator[str]:
    """Yield what the older copy of a run had, and the one in its place has not."""
    if files:
        more = f" and {len(files) - 1:,} more" if files[1:] else ""
        yield f"  no longer in it: {files[0]}{more}, of the older copy; add all files at once to have all"


def say_same(runs: Sequence[str]) -> Iterator[str]:
    """Yield the other runs that hold the very same files."""
    for run in runs:
        yield (
            f"  own/{run} holds the same files, or some of the same, and both would count: if it is this run "
            f"under another name, take it out with `emergence remove {shlex.quote(f'own/{run}')}`"
        )


def say_question(question: Question) -> Iterator[str]:
    """Yield a question with the flag that answers it."""
    likely = question.options[0] if question.options else "…"
    yield f"  ? {question.text}" + (f" ({', '.join(question.options)})" if question.options else "")
    yield f"    answer: {flag_of(question.key)}{shlex.quote(likely) if ' ' in likely else likely}"


def flag_of(key: str) -> str:
    """Return the option that answers a question, to be followed by the answer."""
    return f"--{key.replace('_', '-')} " if key in FLAGS else f"--set '{key}'="


FLAGS = (
    "run",
    "corpus",
    "unit",
    "tokenizer",
    "tokens_per_step",
    "sequence_length",
    "params",
    "family",
    "recipe",
)
