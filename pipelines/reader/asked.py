"""Names put right."""

import difflib
from collections.abc import Sequence

from emergence.errors import InputError

NEAREST = 5


def unknown(what: str, name: str, known: Sequence[str], see: str) -> InputError:
    """Return the error for a name that a release does not hold, with the nearest that it does."""
    lowered = {other.lower(): other for other in known}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=NEAREST, cutoff=0.5)
    holding = [other for other in known if name.lower() in other.lower()][:NEAREST]
    names = list(dict.fromkeys([*(lowered[n] for n in near), *holding]))[:NEAREST]
    hint = f"the nearest are {', '.join(names)}" if names else f"see `{see}`"
    return InputError(f"no {what} {name!r}; {hint}")
