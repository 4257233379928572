"""Records as a frame: a row a record, and what was said beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.intake.safe_text import clipped, safe_text
from pipelines.own.reading.found import Broken, Left, Question, Reading

SCHEMA: dict[str, type[pl.DataType]] = {
    "order": pl.Int64,
    "file": pl.String,
    "reader": pl.String,
    "place": pl.String,
    "run": pl.String,
    "kind": pl.String,
    "key": pl.String,
    "value": pl.Float64,
    "counter": pl.String,
    "number": pl.Float64,
    "tokens": pl.Float64,
    "samples": pl.Float64,
    "is_rounded": pl.Boolean,
    "rounded_to": pl.Float64,
    "task": pl.String,
    "metric": pl.String,
    "filter": pl.String,
    "format": pl.String,
    "n_shot": pl.Int64,
    "n_items": pl.Int64,
    "stderr": pl.Float64,
    "scale": pl.Float64,
    "corpus": pl.String,
    "unit": pl.String,
    "held_out": pl.Boolean,
    "prompt": pl.String,
    "fewshot_seed": pl.String,
    "limit": pl.String,
    "setting": pl.String,
    "is_group": pl.Boolean,
    "written": pl.Float64,
}
ROWS_A_FRAME = 50_000
NAMES = ("run", "key", "task", "metric", "filter", "format", "corpus", "unit", "setting", "place")


@dataclass
class Said:
    """What did not become a value, and what is to be said or asked."""

    left: list[Left] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    suggested: dict[str, Question] = field(default_factory=dict)

    def ask(self, question: Question) -> None:
        """Ask once; what a reader suggested, with its likely answer, goes before the general question."""
        self.questions.setdefault(question.key, self.suggested.get(question.key, question))

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)

    def leave(self, frame: pl.DataFrame, why: str) -> None:
        """Leave the rows of a frame alone, said once a file."""
        for file, place, count in (
            frame.group_by("file", maintain_order=True).agg(pl.col("place").first(), pl.len()).iter_rows()
        ):
            self.left.append(Left(file, place, why, count))

    def take(self, reading: Reading) -> None:
        """Take over what a reader said."""
        self.left += [replace(x, place=clipped(x.place), why=clipped(x.why)) for x in reading.left]
        self.broken += [replace(x, place=clipped(x.place), fix=clipped(x.fix)) for x in reading.broken]
        for question in reading.questions:
            self.suggested.setdefault(question.key, question)
        for text in reading.notes:
            self.note(text)


@dataclass
class Columns:
    """Records gathered file by file in little memory; ``frame`` puts them together."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    count: int = 0

    def add(self, reader: str, reading: Reading) -> None:
        """Take the records of one file."""
        self.rows += _rows(reader, reading, self.count)
        self.count += len(reading.records)
        if len(self.rows) >= ROWS_A_FRAME:
            self._flush()

    def _flush(self) -> None:
        self.frames.append(pl.DataFrame(self.rows, schema=SCHEMA, orient="row"))
        self.rows = []

    def frame(self) -> pl.DataFrame:
        """Return all records, their names made safe."""
        self._flush()
        whole = pl.concat(self.frames, rechunk=True)
        self.frames = []
        return whole.with_columns(_safe(whole, name) for name in NAMES)


def _rows(reader: str, reading: Reading, start: int) -> Iterable[tuple[object, ...]]:
    for order, r in enumerate(reading.records, start=start):
        facts = dict(r.facts)
        yield (
            order, r.file, reader, _text(r.place), _text(r.run), r.kind.value, _text(r.key), r.value,
            r.at.counter.value, r.at.number, r.at.tokens, r.at.samples, r.at.is_rounded,
            r.at.rounded_to,
            _text(r.task), _text(r.metric), _text(r.filter), r.format, _int64(r.n_shot), _int64(r.n_items),
            r.stderr, r.scale, _text(r.corpus), r.unit, r.held_out,
            facts.get("prompt"), _text(facts.get("fewshot_seed")), _text(facts.get("limit")),
            _text(_setting(facts)),
            facts.get("is_group") == "true", reading.written,
        )  # fmt: skip


def _setting(facts: Mapping[str, str]) -> str | None:
    """Return what tells two evaluations of one step apart that are of one task and one number of shots."""
    told = [f"{name}={facts[name]}" for name in ("limit", "version", "gen_kwargs") if name in facts]
    return ", ".join(filter(None, [facts.get("weights"), *told])) or None


def _text(value: str | None) -> str | None:
    """Return a text that a frame can hold: half a character cannot be encoded."""
    if value is None or value.isascii():
        return value
    return value if not any("\ud800" <= letter <= "\udfff" for letter in value) else safe_text(value)


def _int64(value: int | None) -> int | None:
    return value if value is not None and 0 <= value < 2**63 else None


def _safe(frame: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column of names made safe; few are not, and only those are touched."""
    unsafe = [v for v in frame[name].unique().drop_nulls().to_list() if safe_text(v) != v]
    return pl.col(name).replace({v: safe_text(v) for v in unsafe}) if unsafe else pl.col(name)
