"""Readers of what a user's own tools write: one module a format, one line here.

A new format is a module with a ``READER`` and its line in the list; the first that recognises a file reads
it, so that the narrow ones stand before the wide ones.
"""

from pipelines.own import (
    every_eval_ever,
    gauntlet,
    helm,
    inspect_ai,
    lighteval,
    lm_eval,
    lm_eval_old,
    open_lm,
    opencompass,
    tables,
)
from pipelines.own.found import Reader

READERS: tuple[Reader, ...] = (
    lm_eval.READER,
    lm_eval_old.READER,
    lighteval.READER,
    inspect_ai.READER,
    every_eval_ever.READER,
    open_lm.READER,
    helm.READER,
    opencompass.READER,
    gauntlet.READER,
    tables.READER,
)
