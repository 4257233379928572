"""How what takes long to make is asked for, by whoever may or may not keep it."""

from collections.abc import Callable

Keep = Callable[[str, str, Callable[[], str]], str]
"""Gives a text of some kind, by a text that says all it is made from, and how it is made."""


def made_anew(kind: str, made_from: str, make: Callable[[], str]) -> str:
    """Keep nothing."""
    return make()
