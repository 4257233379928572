"""Gives every loss its corpus and unit, and holds it against what a loss can be."""

import re

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.card.fields import UNITS
from pipelines.own.reading import known
from pipelines.own.reading.found import Broken, Question
from pipelines.own.reading.known import plain
from pipelines.own.settling.first_losses import VOCABULARIES, against_vocabulary
from pipelines.own.settling.frame import Said
from pipelines.words import waiting

MOST_NAMED = 20
# What a name says of its unit: the units that do not contradict it. `per_byte` is silent on the base of the
# logarithm, so that it is asked about, too.
_WORDS = (
    (r"(?:(?:per|by)_?)?bytes?|bpb", ("bits_per_byte",)),
    (r"(?:(?:per|by)_?)?char(?:acter)?s?|bpc", ("bits_per_char",)),
    (r"(?:per|by)_?tok(?:en)?s?", ("nats_per_token",)),
    (
        r"(?:(?:per|by)_?)?words?|(?:per|by)_?(?:line|sentence|sequence|doc(?:ument)?|sample|example)s?|bp[wt]",
        (),
    ),
    (r"base_?2|log_?2|bits?", ("bits_per_byte", "bits_per_char")),
    (r"base_?10|log_?10|ppl|(?:\w*_)?perplexity", ()),
    (r"nats?|base_?e", ("nats_per_token", "nats_per_last_word")),
)
_SPOKEN = tuple((re.compile(rf"(?:^|_)(?:{words})(?:_|$)"), units) for words, units in _WORDS)


def settle_losses(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Return the losses that have a corpus, a unit and a possible value; ask for what is missing."""
    frame = _told(frame, card)
    dropped = frame.filter(~pl.col("use"))
    said.leave(dropped, "left alone, as the card says")
    frame = _with_corpus(frame.filter("use"), card, said)
    frame = _whole(_with_unit(frame, card, said), said)
    # Before any single value is refused: one above the bound may tell of the whole series.
    frame = _possible(against_vocabulary(frame, card, said), said)
    if frame.filter(unit="nats_per_token").height and card.text("tokenizer") is None:
        text = "which tokenizer? A loss in nats per token meets others of the same tokenizer only"
        said.ask(Question("tokenizer", text, tuple(VOCABULARIES), "", is_needed=False))
    return frame


def _told(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Put what the card says of each key, and of each file, in the place of what is not said."""
    frame = frame.with_columns(use=pl.lit(True))
    for key in frame["key"].unique(maintain_order=True):
        told, mine = card.of("losses", key), pl.col("key") == key
        if "divide_by" in told:
            value = pl.when(mine).then(pl.col("value") / float(told["divide_by"])).otherwise("value")
            frame = frame.with_columns(value=value)
        for name in ("corpus", "unit"):
            if name in told:
                frame = frame.with_columns(pl.when(mine).then(pl.lit(told[name])).otherwise(name).alias(name))
        for name in ("held_out", "use"):
            if name in told:
                frame = frame.with_columns(pl.when(mine).then(pl.lit(told[name])).otherwise(name).alias(name))
    for file in frame["file"].unique(maintain_order=True) if card.told.get("files") else ():
        told, mine = card.of("files", file), pl.col("file") == file
        for name in ("corpus", "unit"):
            if name in told:
                mine &= pl.col(name).is_null()
                if name == "unit":
                    mine &= ~pl.col("key").is_in(_against(frame, told[name]))
                filled = pl.when(mine).then(pl.lit(told[name])).otherwise(name)
                frame = frame.with_columns(filled.alias(name))
    return frame


def _with_corpus(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Name the text of every loss: training losses are on the training text, and on no held-out axis."""
    called = (card.text(name) for name in ("training_corpus", "family", "recipe", "run"))
    own = next((name for name in called if name), None)
    train = pl.lit(f"{own} (train)") if own else pl.col("run") + pl.lit(" (train)")
    is_train = ~pl.col("held_out").fill_null(True)
    frame = frame.with_columns(
        corpus=pl.when(pl.col("corpus").is_null() & is_train).then(train).otherwise("corpus")
    )
    keys = frame.filter(pl.col("corpus").is_null())["key"].unique(maintain_order=True).to_list()
    general = card.text("corpus")
    if len(keys) == 1 and general:
        frame = frame.with_columns(pl.col("corpus").fill_null(pl.lit(general)))
    for key in keys if not (len(keys) == 1 and general) else ():
        rows = frame.filter(pl.col("corpus").is_null(), key=key)
        text = f"{key} is the loss on which text? {waiting(rows.height, 'value')}"
        # One loss of one text is the run's; several are told apart by their keys.
        name = (
            "corpus"
            if len(keys) == 1 and f"losses.{key}.corpus" not in said.questions
            else f"losses.{key}.corpus"
        )
        said.ask(Question(name, text, tuple(known.nearest(key, known.corpora())), rows["file"][0]))
    names = known.corpora()
    for name in frame.filter(~is_train)["corpus"].drop_nulls().unique(maintain_order=True):
        if name not in names:
            near = known.nearest(name, set(names.values()))
            hint = f"; the nearest are {', '.join(near)}" if near else ""
            said.note(f"corpus {name!r} is nobody else's: its losses meet only your own{hint}")
        elif names[name] != name:
            said.note(f"corpus {name!r} is taken for {names[name]}, as it is published under that name")
    return frame.with_columns(pl.col("corpus").replace(names))


def _with_unit(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Fill in the unit that the card gives, and ask where it gives none.

    Losses whose names say nothing of it share one answer; one whose name does is asked about by itself,
    unless the answer to all agrees with it.
    """
    general = card.text("unit")
    if general:
        is_open = pl.col("unit").is_null() & ~pl.col("key").is_in(_against(frame, general))
        frame = frame.with_columns(unit=pl.when(is_open).then(pl.lit(general)).otherwise("unit"))
    rows = frame.filter(pl.col("unit").is_null())
    keys = rows["key"].unique(maintain_order=True).to_list()
    alike = [key for key in keys if spoken_units(key) is None]
    if alike:
        its = rows.filter(pl.col("key").is_in(alike))
        what = f"{'is' if len(alike) == 1 else 'are'} {_listed(alike)}? {waiting(its.height, 'value')}"
        said.ask(Question("unit", f"in which unit {what}", UNITS, its["file"][0]))
    for key in (key for key in keys if key not in alike):
        its, fitting = rows.filter(key=key), spoken_units(key) or ()
        text = f"in which unit is {key}? {_hint(fitting)} {waiting(its.height, 'value')}"
        said.ask(Question(f"losses.{key}.unit", text, fitting, its["file"][0]))
    return frame


def spoken_units(key: str) -> tuple[str, ...] | None:
    """Return the units that do not contradict the name of a loss; None where it speaks of no unit."""
    told = [units for shape, units in _SPOKEN if shape.search(plain(key))]
    return tuple(unit for unit in UNITS if all(unit in units for units in told)) if told else None


def _hint(fitting: tuple[str, ...]) -> str:
    """Say what the name of a loss allows."""
    if not fitting:
        return "Its name fits none of them; use = false leaves it out."
    hint = f"Its name fits {' or '.join(fitting)}"
    return (
        f"{hint}; of nats, divide_by = 0.693147 makes bits." if fitting[0].startswith("bits") else f"{hint}."
    )


def _against(frame: pl.DataFrame, unit: str) -> list[str]:
    """Return the losses whose names contradict a unit that is said of all."""
    keys = frame.filter(pl.col("unit").is_null())["key"].unique(maintain_order=True).to_list()
    return [key for key in keys if (fitting := spoken_units(key)) is not None and unit not in fitting]


def _listed(keys: list[str]) -> str:
    """Name losses one by one, of very many the first."""
    shown = keys[:MOST_NAMED]
    if len(keys) > MOST_NAMED:
        shown.append(f"{len(keys) - MOST_NAMED:,} more")
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _whole(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Return the losses of which both are known."""
    for name in ("corpus", "unit"):
        said.leave(frame.filter(pl.col(name).is_null()), f"no {name} yet: see the question")
        frame = frame.filter(pl.col(name).is_not_null())
    strange = frame.filter(~pl.col("unit").is_in(list(known.units())))
    first = strange.unique(["key", "unit"], keep="first", maintain_order=True)
    for unit, file, place in first.select("unit", "file", "place").iter_rows():
        fix = f"expected one of {', '.join(UNITS)}"
        said.broken.append(Broken(file, place, "unknown_unit", unit, fix))
    return frame.filter(pl.col("unit").is_in(list(known.units())))


def _possible(frame: pl.DataFrame, said: Said) -> pl.DataFrame:
    """Return the losses within what their unit allows; the others are broken, by place."""
    bounds = pl.DataFrame(
        {"unit": list(known.units()), "upper": list(known.units().values())},
        schema={"unit": pl.String, "upper": pl.Float64},
    )
    frame = frame.join(bounds, on="unit", how="left", maintain_order="left")
    low, high = pl.col("value") <= 0, (pl.col("value") > pl.col("upper")).fill_null(False)
    for mask, rule, fix in (
        (
            low,
            "loss_not_positive",
            "a loss is above 0; take the row out, or see whether it is a stand-in for NaN",
        ),
        (
            high,
            "loss_above_bound",
            "above what a guess among all tokens has: another unit, or a sum over batches?",
        ),
    ):
        rows = frame.filter(mask)
        for file, place, value in rows.select("file", "place", "value").head(MOST_NAMED).iter_rows():
            said.broken.append(Broken(file, place, rule, f"{value:.15g}", fix))
        if rows.height > MOST_NAMED:
            said.leave(rows.slice(MOST_NAMED), f"{rule}, beyond the first {MOST_NAMED}")
    return frame.filter(~low & ~high).drop("upper")
