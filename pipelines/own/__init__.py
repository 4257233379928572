"""Readers of what a user's own tools write: one module a format, one line here.

A new format is a module with a ``READER`` and its line in the list; the first that recognises a file reads
it, so that the narrow ones stand before the wide ones.
"""

from pipelines.own.found import Reader

READERS: tuple[Reader, ...] = ()
