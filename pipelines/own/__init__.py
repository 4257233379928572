"""Readers of what a user's own tools write: one module a format, one line here.

A new format is a module with a ``READER`` and its line in the list; the first that recognises a file reads
it, so that the narrow ones stand before the wide ones.
"""

from importlib import import_module

from pipelines.own.found import Reader

NAMES = (
    "lm_eval",
    "lm_eval_old",
    "lighteval",
    "inspect_ai",
    "every_eval_ever",
    "open_lm",
    "helm",
    "opencompass",
    "gauntlet",
    "tables",
)
READERS: tuple[Reader, ...] = tuple(import_module(f"{__name__}.{name}").READER for name in NAMES)
