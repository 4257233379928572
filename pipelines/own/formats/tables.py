"""Reads any long or wide table, CSV, JSON lines or Parquet: by a map of its columns, told or guessed."""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from emergence.errors import InputError
from pipelines.own.reading import known
from pipelines.own.reading.cells import is_empty, read_number, read_percent, read_whole, why_no_number
from pipelines.own.reading.found import (
    Broken,
    Counter,
    Kind,
    Left,
    OwnFile,
    Position,
    Reader,
    Reading,
    Record,
)
from pipelines.own.reading.known import plain
from pipelines.own.reading.lm_eval_metrics import metric_named
from pipelines.own.reading.loss_names import OF_ANSWERS
from pipelines.own.reading.mapping import TableMap, guess_map, guessed, is_perplexity, is_validation
from pipelines.own.reading.percent import Signs, percent_signs
from pipelines.own.reading.positions import position_in_name
from pipelines.own.reading.restarts import ask_order
from pipelines.own.reading.row_names import (
    is_of_training,
    over_others,
    says_training,
    split_column,
    without_own_step,
)
from pipelines.own.reading.rows import Row, columns_of, is_continental, is_dotted, is_table, rows_of
from pipelines.own.reading.rows_apart import settle_rows
from pipelines.own.reading.rows_of_tasks import LOSSES, loss_beside_task, why_no_score
from pipelines.own.reading.table_positions import Parts, ask_small, is_counted, nearest, of_checkpoints
from pipelines.own.reading.task_names import read_shots
from pipelines.own.reading.word_columns import without_words

_OF_HARNESS = ("config.", "configs.", "n-shot.", "versions.", "config_general.")
# Neither shots nor items are more.
MOST = 2**31 - 1
SOME_PERCENT = "some cells of the column have a percent sign and others none: write all with it, or none"
TEMPLATE = "`emergence add --template FILE` writes a map of its columns to fill in"


def read(file: OwnFile) -> Reading:
    """Read a table by the names of its columns; raises InputError for results files put into one another."""
    names = columns_of(file)
    if any(n.startswith("results.") for n in names) and any(n.startswith(_OF_HARNESS) for n in names):
        words = "holds several results of an evaluator, whose shots, items and errors stand apart"
        raise InputError(f"{file.path} {words}: put each into a file of its own, or add the files as written")
    return read_table(file, without_words(file, guess_map(names)), names)


def read_table(file: OwnFile, mapped: TableMap, columns: Sequence[str] | None = None) -> Reading:
    """Read a table by a map: a record a filled cell of value; raises InputError where no position is told."""
    names = set(columns_of(file) if columns is None else columns)
    missing = [n for n in (*mapped.columns.values(), *mapped.losses, *mapped.scores) if n not in names]
    if missing:
        raise InputError(f"{file.path} has no column {missing[0]!r}; it has {', '.join(sorted(names)[:20])}")
    wrong = [name for name in mapped.losses if is_perplexity(name)]
    if wrong:
        words = f"{wrong[0]!r} is a perplexity by its name, and no loss"
        raise InputError(f"{words}: give ln(perplexity a token) in a column of its own, and map that")
    reading = Reading(left=[Left(file.path, f"column {name}", why) for name, why in mapped.unknown])
    if not mapped.has_values():
        reading.left.append(Left(file.path, "", f"no column is known to hold a loss or a score; {TEMPLATE}"))
        return reading
    named = position_in_name(file.path)
    if (
        named is None
        and not {"step", "tokens", "samples"} & set(mapped.columns)
        and not of_checkpoints(file, mapped)
    ):
        raise InputError(
            f"{file.path} has no column for the position (step, tokens){nearest(names)}; {TEMPLATE}"
        )
    table = _Table(file, mapped, sorted(names), named, reading)
    rows: list[int] = []
    for index, (place, row) in enumerate(rows_of(file, reading)):
        reading.records += table.records(place, row)
        rows += [index] * (len(reading.records) - len(rows))
    reading.left += [Left(file.path, "", why, count) for why, count in table.others.items()]
    settle_rows(file, mapped, sorted(names), reading, rows)
    ask_small(file, reading)
    ask_order(file, reading)
    table.parts.ask(file, reading)
    return reading


class _Table:
    """One table with its map, and what its cells come to."""

    def __init__(
        self,
        file: OwnFile,
        mapped: TableMap,
        columns: Iterable[str],
        named: Position | None,
        reading: Reading,
    ) -> None:
        self.file, self.mapped, self.named, self.reading = file, mapped, named, reading
        used = {*mapped.columns.values(), *mapped.losses, *mapped.scores}
        self.split = split_column(n for n in columns if n not in used)
        self.is_continental = is_continental(file)
        long = (mapped.columns[name] for name in ("value", "stderr") if name in mapped.columns)
        errors = {
            column: self._error_of(column) for column in (*mapped.scores, mapped.columns.get("value", ""))
        }
        self.errors = {column: error for column, error in errors.items() if error is not None}
        self.signs = percent_signs(file, {*mapped.scores, *long, *self.errors.values()})
        self.others: Counts[str] = Counts()
        self.parts = Parts()
        self.is_training = is_of_training(file.name)

    def records(self, place: str, row: Row) -> Iterator[Record]:
        """Yield a record for each value of one row, none where its position is no number."""
        at = self._position(place, row)
        if at is None:
            return
        cell = row.get(self.mapped.columns.get("step", ""))
        run = self.parts.run_of(without_own_step(self._text(row, "run"), at), cell, at)
        if (seed := self._text(row, "seed")) is not None:
            run = f"{run}/seed{seed}" if run else f"seed{seed}"
        why = over_others(run, self._text(row, "task"))
        if why is not None:
            self.others[why] += 1
            return
        if "value" in self.mapped.columns:
            yield from self._long(place, row, at, run)
        for column, told in self.mapped.losses.items():
            value = self._number(place, row, column)
            if value is not None and self._is_of_answers(row, told):
                self.others[f"{column}: {OF_ANSWERS}"] += 1
            elif value is not None:
                yield self._loss(column, value, at, place, run, row, told)
        yield from self._wide(place, row, at, run)

    def _is_of_answers(self, row: Row, told: Mapping[str, Any]) -> bool:
        """Say whether a loss stands beside a task, and nobody said on which text it is."""
        task = self._text(row, "task")
        is_text = told.get("corpus") is not None or self._text(row, "corpus") is not None
        return task is not None and task not in known.corpora() and not is_text

    def _wide(self, place: str, row: Row, at: Position, run: str | None) -> Iterator[Record]:
        """Yield the scores of one row that stand in columns of their own."""
        filled = [
            (column, told) for column, told in self.mapped.scores.items() if not is_empty(row.get(column))
        ]
        asked = self._asked(place, row) if filled else None
        for column, told in filled if asked is not None else ():
            value = self._measure(place, row, column)
            if value is not None and asked is not None:
                yield self._score(column, value, at, place, run, row, told, asked)

    def _long(self, place: str, row: Row, at: Position, run: str | None) -> Iterator[Record]:
        column = self.mapped.columns["value"]
        value = self._measure(place, row, column)
        if value is None:
            return
        metric, task = self._text(row, "metric"), self._text(row, "task")
        broken = len(self.reading.broken)
        told: Mapping[str, Any] = {}
        if metric is not None and task is None:
            named = guessed(metric)
            if plain(metric) in LOSSES or metric in named.losses:
                if self._refuses_percent(place, row, column):
                    return
                told = {} if plain(metric) in LOSSES else named.losses[metric]
                yield self._loss(metric, value, at, f"{place}, column {column}", run, row, told)
                return
            told = named.scores.get(metric, {})
            if not told and named.unknown:
                self.others[f"{metric}: {named.unknown[0][1]}"] += 1
                return
        why = why_no_score(task, metric) if metric is not None and task is not None else None
        if why is not None:
            self.others[f"{metric}: {why}"] += 1
            return
        asked = self._asked(place, row)
        if asked is None:
            return
        if (
            metric is not None
            and task is not None
            and (loss := loss_beside_task(task, metric, value, asked[0]))
        ):
            if self._refuses_percent(place, row, column):
                return
            yield self._loss(metric, loss[0], at, f"{place}, column {column}", run, row, loss[1])
            return
        record = self._score(column, value, at, place, run, row, told, asked)
        if len(self.reading.broken) == broken:
            yield record

    def _asked(self, place: str, row: Row) -> tuple[int | None, int | None] | None:
        """Return shots and items of a row; None where one is filled and is none: that is another score."""
        broken = len(self.reading.broken)
        asked = self._shots(place, row), self._whole(place, row, "n_items", 1)
        return asked if len(self.reading.broken) == broken else None

    def _loss(
        self,
        key: str,
        value: float,
        at: Position,
        place: str,
        run: str | None,
        row: Row,
        told: Mapping[str, Any],
    ) -> Record:
        is_training = self.is_training and plain(key) == "loss"
        if self.split is not None and says_training(row.get(self.split)) and not is_validation(key):
            # Under a name of its own, as an answer for the other losses is none for it.
            key, is_training = f"{key} (train)", True
        bits = plain(key) in ("bits_per_byte", "bpb")
        return Record(
            Kind.LOSS, key, value, at, self.file.path, self._place(place, key), run,
            corpus=told.get("corpus") or self._text(row, "corpus") or self._text(row, "task"),
            unit=told.get("unit") or self._text(row, "unit") or ("bits_per_byte" if bits else None),
            held_out=told.get("held_out", False if is_training else None),
        )  # fmt: skip

    def _score(
        self,
        key: str,
        value: float,
        at: Position,
        place: str,
        run: str | None,
        row: Row,
        told: Mapping[str, Any],
        asked: tuple[int | None, int | None],
    ) -> Record:
        wide = bool(told)
        task = told.get("task") or self._text(row, "task")
        shots = told.get("n_shot")
        items = told.get("n_items")
        return Record(
            Kind.SCORE, key, value, at, self.file.path, self._place(place, key), run,
            task=task,
            metric=told.get("metric") or (None if wide else self._metric(row, task)),
            filter=self._text(row, "filter"),
            format=told.get("format") or self._text(row, "format"),
            n_shot=shots if isinstance(shots, int) else asked[0],
            n_items=items if isinstance(items, int) else asked[1],
            stderr=self._stderr(place, row, key),
            scale=1.0 if self._signs_of(key) is Signs.ALL else told.get("scale"),
        )  # fmt: skip

    def _place(self, place: str, column: str) -> str:
        return place if "column" in place else f"{place}, column {column}"

    def _position(self, place: str, row: Row) -> Position | None:
        told = {
            name: self.mapped.columns[name]
            for name in ("step", "tokens", "samples")
            if name in self.mapped.columns
        }
        if not told and self.named is None:
            at = position_in_name(self._text(row, "run") or "")
            if at is None:
                self._break(
                    f"{place}, column {self.mapped.columns.get('run')}", "no_position", None, "name the step"
                )
            return at
        if not told:
            return self.named
        spelled = row.get(told.get("step", ""))
        is_name = isinstance(spelled, str) and not spelled.lstrip()[:1].isdigit()
        named = position_in_name(str(spelled)) if is_name else None
        if named is not None:
            told.pop("step")
        broken = len(self.reading.broken)
        numbers = {name: self._number(place, row, column) for name, column in told.items()}
        if len(self.reading.broken) > broken:
            return None
        step, tokens, samples = (numbers.get(name) for name in ("step", "tokens", "samples"))
        if named is not None:
            if tokens is not None:
                named = replace(named, tokens=tokens, is_rounded=False, rounded_to=None)
            return replace(named, samples=samples)
        if step is not None:
            return Position(self.mapped.counts or Counter.UNKNOWN, step, tokens, samples)
        if tokens is not None:
            return Position(Counter.TOKENS, tokens, tokens)
        if samples is not None:
            return Position(Counter.SAMPLES, samples, None, samples)
        self._break(
            f"{place}, column {next(iter(told.values()))}", "no_position", None, "fill in the position"
        )
        return None

    def _number(self, place: str, row: Row, column: str | None) -> float | None:
        cell = row.get(column) if column is not None else None
        if is_empty(cell):
            return None
        number = read_number(cell)
        if self.is_continental and number is not None and is_counted(self.mapped, column) and is_dotted(cell):
            self._break(
                f"{place}, column {column}", "not_a_number", cell, "a dot between thousands? Write it without"
            )
        elif number is None:
            self._break(f"{place}, column {column}", "not_a_number", cell, why_no_number(cell))
        return number

    def _signs_of(self, column: str | None) -> Signs:
        return self.signs.get(column or "", Signs.NONE)

    def _measure(self, place: str, row: Row, column: str | None) -> float | None:
        """Return a score or its error: a fraction where the whole column has percent signs."""
        cell, signs = row.get(column or ""), self._signs_of(column)
        if signs is Signs.ALL:
            return read_percent(cell)
        if signs is Signs.SOME and not is_empty(cell):
            self._break(f"{place}, column {column}", "not_a_number", cell, SOME_PERCENT)
            return None
        return self._number(place, row, column)

    def _refuses_percent(self, place: str, row: Row, column: str) -> bool:
        """Refuse a loss in a column of percent signs; say whether it was."""
        if self._signs_of(column) is not Signs.ALL:
            return False
        cell = row.get(column)
        self._break(f"{place}, column {column}", "not_a_number", cell, why_no_number(cell))
        return True

    def _error_of(self, column: str) -> str | None:
        """Return the column of the standard errors of a column of scores: its own, or the only one."""
        told: str | None = self.mapped.scores.get(column, {}).get("stderr")
        of_all = column == self.mapped.columns.get("value") or len(self.mapped.scores) == 1
        return told or (self.mapped.columns.get("stderr") if of_all else None)

    def _stderr(self, place: str, row: Row, whose: str) -> float | None:
        column = self.errors.get(whose)
        is_alike = column is None or self._signs_of(column) is self._signs_of(whose)
        if is_alike or is_empty(row.get(column or "")):
            return self._measure(place, row, column)
        fix = "a percent sign in the score or in its error alone: write both with it, or none"
        self._break(f"{place}, column {column}", "not_a_number", row.get(column or ""), fix)
        return None

    def _whole(self, place: str, row: Row, name: str, least: int) -> int | None:
        column = self.mapped.columns.get(name)
        cell = row.get(column) if column is not None else None
        if is_empty(cell):
            return None
        number = None if self.is_continental and is_dotted(cell) else read_whole(cell)
        if number is None or not least <= number <= MOST:
            fix = f"expected a whole number from {least} to {MOST:,}"
            self._break(f"{place}, column {column}", "not_a_number", cell, fix)
            return None
        return number

    def _shots(self, place: str, row: Row) -> int | None:
        """Return the number of shots of a row: a number, ``3-shot`` or ``zero-shot``."""
        column = self.mapped.columns.get("n_shot")
        cell = row.get(column) if column is not None else None
        spoken = read_shots(cell) if isinstance(cell, str) else None
        return self._whole(place, row, "n_shot", 0) if spoken is None else spoken

    def _metric(self, row: Row, task: str | None) -> str | None:
        metric = self._text(row, "metric")
        return None if metric is None else metric_named(task or "", metric)

    def _text(self, row: Row, name: str) -> str | None:
        column = self.mapped.columns.get(name)
        cell = row.get(column) if column is not None else None
        return None if is_empty(cell) else str(cell).strip()

    def _break(self, place: str, rule: str, value: object, fix: str) -> None:
        told = None if value is None else str(value)[:200]
        self.reading.broken.append(Broken(self.file.path, place, rule, told, fix))


READER = Reader("table", "table", is_table, read)
