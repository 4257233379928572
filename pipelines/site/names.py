"""File names made from names that come from data: readable, safe on every file system, unique."""

import hashlib
import re

LONGEST = 60
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d|index)$")


def file_name(name: str | None) -> str:
    """Return a file name for any text, or for none: itself where plain, else a short form with a digest.

    Two texts never share a name, not even on a file system that ignores case.
    """
    name = name or ""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST].strip("-")
    if re.fullmatch(r"[a-z0-9][a-z0-9_]*", name) and len(name) <= LONGEST and not _RESERVED.match(name):
        return name
    return f"{plain or 'name'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
