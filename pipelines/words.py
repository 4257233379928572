"""How shots, units, formats and verdicts are said to people, on pages and terminals alike."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pipelines.vocabulary import spoken

SMALL = 0.001
"""The probability below which, and within which of one, nobody compares two."""


def shots(n_shot: int | None) -> str:
    """Write the number of examples in the prompt."""
    if n_shot is None:
        return "shots not stated"
    return "1 shot" if n_shot == 1 else f"{n_shot} shots"


def probability(p: float | None) -> str:
    """Write a probability in three decimals, and beyond them only that it is."""
    if p is None:
        return ""
    return f"<{SMALL}" if p < SMALL else f">{1 - SMALL}" if p > 1 - SMALL else f"{p:.3f}"


def place_of(step: int | None, tokens: float | None) -> str:
    """Name a checkpoint of a run by its step, else by its tokens."""
    if step is not None:
        return f"step {step:,}"
    return "the last" if tokens is None else f"{billions(tokens)} B tokens"


def billions(tokens: float, digits: int = 4) -> str:
    """Return tokens in billions, rounded to so many digits and written out: 1,060, never 1.06e+03."""
    return f"{Decimal(f'{tokens / 1e9:.{digits}g}'):,f}"


def apart(losses: Iterable[float], ends: Iterable[float]) -> int:
    """Return how many decimals show losses as unlike the ends that they lie beyond; three where they do."""
    pairs = [(loss, end) for loss in losses for end in ends if loss != end]
    return next((d for d in range(3, 7) if all(round(a, d) != round(b, d) for a, b in pairs)), 7)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, one or many."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """Return the first names, and how many more there are: a, b and 3 more."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def agreeing(number: int, noun: str, one: str = "is", many: str = "are") -> str:
    """Return a number with its noun and verb: 1 score is, 2 scores are."""
    return f"{counted(number, noun)} {one if number == 1 else many}"


def waiting(number: int, noun: str) -> str:
    """Return how much waits for an answer: 1 value waits for it, 2 values wait for it."""
    return f"{agreeing(number, noun, 'waits', 'wait')} for it"


def unit(name: str | None) -> str:
    """Write the unit of a loss in words."""
    return spoken("unit", name)


def verdict_name(name: str | None) -> str:
    """Write a verdict in words."""
    return spoken("verdict", name)


def format_name(name: str | None) -> str:
    """Write a task's format in words."""
    return spoken("format", name)


def below_chance(fit: dict[str, Any]) -> str | None:
    """Say of a fit whose floor lies surely below chance when it stands above chance; None of any other."""
    if fit["chance"] is None or fit["floor_high"] is None or fit["floor_high"] >= fit["chance"]:
        return None
    step = "2 % of its rise" if fit["step_in_points"] is False else "2 points"
    at = fit["loss_at_2_points_above_chance"]
    when = f"{step} above chance is not shown" if at is None else f"it stands {step} above chance at {at:.3f}"
    return f"Its floor of {fit['floor']:.3f} lies below chance, {fit['chance']:.3f}: {when}."


def disputed(fit: dict[str, Any]) -> str:
    """Say of a fit whose chance is in dispute what stands against it."""
    chance = "Chance" if fit["chance"] is None else f"The chance of {fit['chance']:.3g}"
    why = "" if fit["chance_dispute"] is None else f" ({fit['chance_dispute']})"
    return f"{chance} is in dispute{why}: above it is not yet above guessing."
