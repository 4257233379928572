"""What each field of the card may say, section by section: in the file and by ``--set`` alike."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipelines.intake.safe_text import clipped, safe_text
from pipelines.own.card.text import key_of, parsed
from pipelines.own.reading import known
from pipelines.own.reading.mapping import COUNTERS

UNITS = ("nats_per_token", "bits_per_byte", "bits_per_char", "nats_per_last_word")
FORMATS = ("rc", "mc", "generate")
SAME_WEIGHTS = "same_weights"
UNKNOWN = "unknown"
NO_NUMBER = "not_a_number"
A_TABLE = "expected a table of TOML"


@dataclass(frozen=True)
class Field:
    """What a field may say: a test of its value, the same in words, and the rule that others break."""

    fits: Callable[[Any], bool]
    expected: str
    rule: str = "bad_field"


@dataclass(frozen=True)
class Trouble:
    """A field that says something else than it may; ``parts`` are its section, its name in there, itself."""

    parts: tuple[str, ...]
    rule: str
    value: str
    expected: str

    @property
    def place(self) -> str:
        """Where it stands, written as questions write it."""
        return safe_text(key_of(self.parts))


def _one_of(*names: str, rule: str = "bad_field") -> Field:
    return Field(
        lambda told: isinstance(told, str) and told in names, f"expected one of {', '.join(names)}", rule
    )


def is_whole(told: object) -> bool:
    """Say whether a value is a whole number from 0 on."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return False
    return 0 <= told < 2**63 and told == int(told)


def _is_number(told: object) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < float("inf")


def _is_count(told: object) -> bool:
    return isinstance(told, int) and is_whole(told) and told < 2**31


def _is_metric(told: object) -> bool:
    return isinstance(told, str) and (told == UNKNOWN or known.metric_called(told) in known.metrics())


def _is_accepted(told: object) -> bool:
    return all(what == SAME_WEIGHTS for what in (told if isinstance(told, list) else [told]))


_TEXT = Field(lambda told: isinstance(told, str) and bool(told.strip()), "expected a text")
_PATTERN = Field(
    lambda told: all(_TEXT.fits(one) for one in (told if isinstance(told, list) and told else [told])),
    "expected a text, or a list of texts",
)
_SWITCH = Field(lambda told: isinstance(told, bool), "expected true or false")
_FROM_0 = Field(is_whole, "expected a whole number from 0", NO_NUMBER)
_COUNT = Field(_is_count, _FROM_0.expected, NO_NUMBER)
_ABOVE_0 = Field(lambda told: is_whole(told) and told > 0, "expected a whole number above 0", NO_NUMBER)
_NUMBER = Field(_is_number, "expected a number above 0", NO_NUMBER)
_SCALE = Field(lambda told: not isinstance(told, bool) and told in (1, 100), "expected 1 or 100", NO_NUMBER)
_COUNTER = _one_of(*COUNTERS)
_UNIT = Field(
    lambda told: isinstance(told, str) and told in known.units(),
    f"expected one of {', '.join(UNITS)}",
    "unknown_unit",
)
_STEPS = Field(
    lambda told: bool(steps_of(told)),
    "expected a whole number, or a list of [from_step, tokens] that begins at step 0",
    NO_NUMBER,
)

TOP: Mapping[str, Field] = {
    **dict.fromkeys(("run", "family", "recipe", "tokenizer", "training_corpus", "corpus"), _TEXT),
    **dict.fromkeys(("params", "sequence_length", "tokens_per_epoch", "training_tokens"), _ABOVE_0),
    **dict.fromkeys(("vocabulary", "micro_steps_per_step", "steps_per_call"), _ABOVE_0),
    "seed": _FROM_0,
    "tokens_per_day": _NUMBER,
    "tokens_per_step": _STEPS,
    "unit": _UNIT,
    "step_counts": _COUNTER,
    "tokens_in_names": _SWITCH,
    "runs": Field(lambda told: told in ("one", "several"), "expected one or several"),
    "accept": Field(_is_accepted, f'expected ["{SAME_WEIGHTS}"]'),
}
# What [scores] says of all tasks.
OF_ALL_SCORES: Mapping[str, Field] = {
    "format": _one_of(*FORMATS, UNKNOWN),
    "metric": Field(_is_metric, "expected the name of a metric, such as acc, acc_norm or exact_match"),
    "n_shot": Field(
        lambda told: told == UNKNOWN or _is_count(told),
        f'expected a whole number from 0, or "{UNKNOWN}"',
        NO_NUMBER,
    ),
    "scale": _SCALE,
}
# What a section says of one loss, one task, the files of one pattern.
SECTIONS: Mapping[str, Mapping[str, Field]] = {
    "losses": {"corpus": _TEXT, "unit": _UNIT, "held_out": _SWITCH, "use": _SWITCH, "divide_by": _NUMBER},
    "scores": {**OF_ALL_SCORES, "use": _SWITCH},
    "files": {
        **dict.fromkeys(("step", "tokens"), _FROM_0),
        "n_shot": _COUNT,
        **dict.fromkeys(("run", "corpus"), _TEXT),
        "pattern": _PATTERN,
        **dict.fromkeys(("accept", "skip"), _SWITCH),
        "step_counts": _COUNTER,
        "format": _one_of(*FORMATS),
        "unit": _UNIT,
    },
}
MAPS = "tables"
# What a map of a table says of one column.
OF_COLUMNS: Mapping[str, Mapping[str, Field]] = {
    "losses": {"corpus": _TEXT, "unit": _UNIT, "held_out": _SWITCH, "use": _SWITCH},
    "scores": {
        **dict.fromkeys(("task", "metric", "stderr"), _TEXT),
        **dict.fromkeys(("n_shot", "n_items"), _COUNT),
        "format": _one_of(*FORMATS),
        "scale": _SCALE,
        "use": _SWITCH,
    },
}
_ONE = {"losses": "loss", "scores": "task", "files": "file"}


def check_value(
    parts: tuple[str, ...], field: Field | None, value: object, names: Iterable[str]
) -> Trouble | None:
    """Return what is wrong with the value of a field, which is None where no field has that name."""
    shown = shown_value(value)
    if field is None:
        return Trouble(parts, "bad_field", shown, _no_field(parts[-1], value, names))
    if field.fits(value):
        return None
    quoted = isinstance(value, str) and field.fits(parsed(value))
    return Trouble(parts, field.rule, shown, field.expected + (", without quotes" if quoted else ""))


def shown_value(value: object) -> str:
    """Return a value as a text that may be said: a text as it is, anything else as TOML has it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clipped(safe_text(text), 200)


def check_section(section: str, told: Mapping[str, Any]) -> tuple[dict[str, Any], list[Trouble]]:
    """Return what a section says that can be read, and what is wrong with the rest."""
    general = OF_ALL_SCORES if section == "scores" else {}
    kept: dict[str, Any] = {}
    trouble: list[Trouble] = []
    for name, inner in told.items():
        if isinstance(inner, dict):
            kept[name], wrong = _check_fields((section, name), inner, SECTIONS[section])
            trouble += wrong
        elif name in general:
            good, wrong = _check_fields((section,), {name: inner}, general)
            kept |= good
            trouble += wrong
        else:
            expected = _not_here(section, name, inner)
            trouble.append(Trouble((section, name), "bad_field", shown_value(inner), expected))
    return kept, trouble


def why_wrong_map(told: Mapping[str, Any]) -> str:
    """Return what is wrong with a map of a table, whose fields are there; nothing where it can be read."""
    for section, fields in OF_COLUMNS.items():
        for column, inner in told.get(section, {}).items():
            _, trouble = _check_fields((section, column), inner, fields)
            for item in trouble:
                return f"{item.place} = {item.value!r}: {item.expected}"
    return ""


def _check_fields(
    where: tuple[str, ...], told: Mapping[str, Any], fields: Mapping[str, Field]
) -> tuple[dict[str, Any], list[Trouble]]:
    found = {name: check_value((*where, name), fields.get(name), told[name], fields) for name in told}
    return (
        {name: told[name] for name, wrong in found.items() if wrong is None},
        [wrong for wrong in found.values() if wrong is not None],
    )


def _not_here(section: str, name: str, value: object) -> str:
    """Say what is expected where a field stands in a section of names, and is none of it."""
    if name in SECTIONS[section]:
        of_all = ", or above all sections for all" if name in TOP else ""
        return f'expected below [{section}."NAME"], as it is said of one {_ONE[section]}{of_all}'
    if section == "scores":
        return _no_field(name, value, OF_ALL_SCORES)
    return f'{A_TABLE}: [{section}."{name}"], its fields below it'


def _no_field(name: str, value: object, names: Iterable[str]) -> str:
    if isinstance(value, dict):
        return "expected one name with its fields: put a name that has a dot in it in quotes"
    return f"no field is called so; there are {', '.join(names)}{did_you_mean(name, names)}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a hint at the nearest name, or nothing."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def steps_of(told: object) -> tuple[tuple[int, int], ...]:
    """Return (from step, tokens a step) pairs, none where the value is no such list and no number."""
    pairs: list[Any] = told if isinstance(told, list) else [[0, told]]
    found = [
        (int(pair[0]), int(pair[1]))
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2 and all(map(is_whole, pair))
    ]
    in_order = all(a[0] < b[0] for a, b in pairwise(found))
    if len(found) < len(pairs) or not found or found[0][0] != 0 or not in_order:
        return ()
    return tuple(found) if min(tokens for _, tokens in found) > 0 else ()
