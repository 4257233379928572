"""What the card says of one loss, one task, some files: what it meets, and what it says wrongly."""

from collections.abc import Iterable

import polars as pl

from pipelines.intake.safe_text import safe_text
from pipelines.own.card.card import CARD, Card, fits
from pipelines.own.card.fields import MAPS, OF_ALL_SCORES, SECTIONS, Trouble
from pipelines.own.reading import known
from pipelines.own.reading.found import Kind
from pipelines.own.reading.task_names import read_task_name
from pipelines.own.settling.frame import Said

SHOWN = 6
# Names of files are many, and a hint is no reason to wait.
MOST_COMPARED = 1000


def without_wrongly_told(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Leave alone what the card says something wrong of: what was meant by it is not known.

    Fields that a score lacks are asked for; of a scale that cannot be read there is no such question. Under
    another name than the one that was meant nothing goes in: it would stay there beside the right one.
    """
    for item in card.trouble:
        if item.parts[0] not in (*SECTIONS, MAPS, "run"):
            continue
        mine = _meant(frame, item, card)
        said.leave(frame.filter(mine), f"{CARD} says something wrong of it: mend {item.place} there")
        frame = frame.filter(~mine)
    return frame


def _meant(frame: pl.DataFrame, item: Trouble, card: Card) -> pl.Expr:
    """Return which rows a field is said of."""
    section, *rest = item.parts
    if section == "run":
        return pl.lit(True)
    # Of a name with a dot in it and no quotes the field is the rest of the name.
    names = [*rest[:1], ".".join(rest)]
    if section in ("files", MAPS):
        files = frame["file"].unique()
        is_of_all = not rest or rest[0] in SECTIONS["files"]
        return pl.col("file").is_in([f for f in files if is_of_all or any(fits(name, f) for name in names)])
    kind, column = (Kind.LOSS, "key") if section == "losses" else (Kind.SCORE, "task")
    mine = pl.col("kind") == kind.value
    if item.parts == ("scores", "scale"):
        own = [task for task, fields in _named(card, "scores").items() if "scale" in fields]
        return mine & pl.col("scale").is_null() & ~pl.col(column).is_in(own).fill_null(False)
    if section == "scores" and len(rest) == 1 and rest[0] in OF_ALL_SCORES:
        return pl.lit(False)
    if len(rest) == 2 or (rest and rest[0] in frame.filter(mine)[column]):
        return mine & pl.col(column).is_in(names).fill_null(False)
    # A field that stands in the section itself was meant for all.
    return mine if not rest or section == "scores" or rest[0] in SECTIONS[section] else pl.lit(False)


def with_shots_of_files(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Fill in the shots and the format of scores that the card says of their file alone."""
    tasks = _named(card, "scores")
    named = {task: read_task_name(task) for task in frame["task"].unique().drop_nulls()}
    for file in frame["file"].unique(maintain_order=True) if card.told.get("files") else ():
        told = card.of("files", file)
        for name in ("n_shot", "format"):
            if name not in told:
                continue
            own = [task for task, fields in tasks.items() if name in fields]
            own += [task for task, told_by in named.items() if getattr(told_by, name) is not None]
            mine = (pl.col("file") == file) & (pl.col("kind") == Kind.SCORE.value) & pl.col(name).is_null()
            mine &= ~pl.col("task").is_in(own).fill_null(False)
            frame = frame.with_columns(
                pl.when(mine).then(pl.lit(told[name], frame.schema[name])).otherwise(name).alias(name)
            )
    return frame


def say_overruled(frame: pl.DataFrame, card: Card, said: Said) -> None:
    """Say where the card gives a file a text, unit, shots or format, and its values tell another."""
    for file in frame["file"].unique(maintain_order=True) if card.told.get("files") else ():
        told = card.of("files", file)
        for section, kind, column, names in (
            ("losses", Kind.LOSS, "key", ("corpus", "unit")),
            ("scores", Kind.SCORE, "task", ("n_shot", "format")),
        ):
            mine = frame.filter(file=file, kind=kind.value)
            for name in names:
                if name not in told:
                    continue
                own = [key for key, fields in _named(card, section).items() if name in fields]
                other = mine.filter(pl.col(name) != told[name], ~pl.col(column).is_in(own).fill_null(False))
                for key, value in other.select(column, name).head(1).iter_rows():
                    where = f'files."{file}".{name} = {told[name]}'
                    instead = f"; losses.{key}.{name} would change it" if section == "losses" else ""
                    said.note(f"{CARD}: {where} is for what does not say it, and {key} says {value}{instead}")


def _named(card: Card, section: str) -> dict[str, dict[str, object]]:
    return {name: inner for name, inner in card.told.get(section, {}).items() if isinstance(inner, dict)}


def say_unmet(frame: pl.DataFrame, files: Iterable[str], card: Card, said: Said) -> None:
    """Say which losses, tasks and files of the card are none of this folder's."""
    for section, kind, column, none in (
        ("losses", Kind.LOSS, "key", "no loss is called so"),
        ("scores", Kind.SCORE, "task", "no task is called so"),
    ):
        there = frame.filter(kind=kind.value)[column].drop_nulls().unique(maintain_order=True).to_list()
        for name in _named(card, section):
            if name not in there:
                _say_nothing_met(section, name, none, there, said)
    paths = list(dict.fromkeys(files))
    for section in ("files", MAPS):
        for pattern in _named(card, section):
            if not any(fits(pattern, path) for path in paths):
                _say_nothing_met(section, pattern, "it fits no file", paths, said)


def _say_nothing_met(section: str, name: str, none: str, there: list[str], said: Said) -> None:
    near = known.nearest(name, there[:MOST_COMPARED])
    shown = [*near, *(other for other in there[:SHOWN] if other not in near)][:SHOWN]
    more = f" and {len(there) - len(shown):,} more" if len(there) > len(shown) else ""
    told = f"there are {', '.join(shown)}{more}" if shown else "there is none"
    said.note(safe_text(f'{CARD}: [{section}."{name}"] meets nothing: {none}; {told}'))
