"""Globs on paths inside a repository: ``*`` stays within a folder, ``**`` crosses folders."""

import re
from collections.abc import Iterable
from functools import cache

_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches one of the globs."""
    return any(_compiled(glob).fullmatch(path) for glob in globs)


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*)", glob)
    return re.compile("".join(_WILDCARDS.get(part, re.escape(part)) for part in parts))
