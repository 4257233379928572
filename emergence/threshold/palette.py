"""The colours of every figure: told apart by colour-blind eyes, on light and on dark ground."""

from typing import Final

SEQUENCE: Final = ["#7b6be0", "#3d8bd0", "#1fa187", "#7fb83a", "#d9a400"]
"""From small to large; light enough for a dark ground, dark enough for a light one."""

THRESHOLD: Final = "#d55e00"
RIVAL: Final = "#2f7fbf"
NEUTRAL: Final = "#767676"
OWN: Final = "#b0307c"
DOTS: Final = "#3d8bd0"

LINES: Final = {
    "threshold curve": (THRESHOLD, [1, 0]),
    "monotone fit": (THRESHOLD, [2, 2]),
    "smooth rival": (RIVAL, [6, 3]),
    "floor": (NEUTRAL, [1, 0]),
    "chance": (NEUTRAL, [2, 3]),
}
"""Each line of a figure with its colour and its dashes."""

GROUPS: Final = ["#2f7fbf", "#d55e00", "#9c00e4", "#546090", "#fc30f0", "#c0846c", "#3c90fc", "#b43c00"]
"""Colours of a few groups; more stand along SEQUENCE."""


def group_colours(count: int) -> list[str]:
    """Return a colour for each of so many groups: few get one each, many stand along one gradient."""
    if count <= len(GROUPS):
        return GROUPS[:count]
    return [_between(place / (count - 1) * (len(SEQUENCE) - 1)) for place in range(count)]


def _between(at: float) -> str:
    """Mix the two colours of SEQUENCE beside a place along it."""
    left = min(int(at), len(SEQUENCE) - 2)
    one, other = (bytes.fromhex(SEQUENCE[k].removeprefix("#")) for k in (left, left + 1))
    return "#" + bytes(round(a + (b - a) * (at - left)) for a, b in zip(one, other, strict=True)).hex()
