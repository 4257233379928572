"""Names put right."""

import difflib
from collections.abc import Sequence

from emergence.errors import InputError

NEAREST = 5


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case, hyphens and spaces."""
    return _folded(one) == _folded(other)


def known_name(what: str, name: str, known: Sequence[str], see: str) -> str:
    """Return a name as the release writes it; raises InputError for one that it does not hold."""
    found = [other for other in known if other == name or same_name(other, name)]
    if not found:
        raise unknown(what, name, known, see)
    return name if name in found else found[0]


def unknown(what: str, name: str, known: Sequence[str], see: str) -> InputError:
    """Return the error for a name that a release does not hold, with the nearest that it does."""
    lowered = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=NEAREST, cutoff=0.5)
    holding = [other for other in known if name.lower() in other.lower()][:NEAREST]
    names = list(dict.fromkeys([*(lowered[n] for n in near), *holding]))[:NEAREST]
    hint = f"the nearest are {', '.join(names)}" if names else f"see `{see}`"
    return InputError(f"no {what} {name!r}; {hint}")


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
