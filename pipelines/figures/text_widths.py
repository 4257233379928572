"""Keeps a picture whole in any font: each text of an SVG is set to the width that it was laid out in.

The widths are those of Helvetica and of the many fonts drawn to its measure, which the layout uses too.
"""

import html
import re
import unicodedata

# Advance widths in thousandths of the font size, by character; what is not listed is as wide as a digit.
_NARROW = {" ": 278, "i": 222, "j": 222, "l": 222, "I": 278, "t": 278, "f": 278, "r": 333, "'": 191, "|": 260}
_NARROW |= dict.fromkeys(".,:;!/\\[]", 278) | dict.fromkeys("()-", 333) | {"·": 333, "−": 584, "…": 1000}
_MIDDLE = dict.fromkeys("0123456789abdeghnopqu_?$#LTFZη", 556) | dict.fromkeys("ckszvxyJ", 500)
_WIDE = {"m": 833, "w": 722, "M": 833, "W": 944, "%": 889, "@": 1015, "+": 584, "=": 584, "<": 584, ">": 584}
_WIDE |= dict.fromkeys("ABEKPSVXY&", 667) | dict.fromkeys("CDHNRU", 722) | dict.fromkeys("GOQ", 778)
WIDTHS = _NARROW | _MIDDLE | _WIDE
OTHER = 556
SQUARE = 1000
BOLD = 1.06
_TEXT = re.compile(r"<text ([^>]*)>([^<]+)</text>")


def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a text is, in the unit of its font size."""
    return sum(map(_advance, text)) * size / 1000 * (BOLD if is_bold else 1)


def _advance(letter: str) -> int:
    """Return the width of one letter: of a wide script it is square, a mark on another has none."""
    if letter in WIDTHS:
        return WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0
    return SQUARE if unicodedata.east_asian_width(letter) in "WF" else OTHER


def with_fixed_widths(svg: str) -> str:
    """Give each text of an SVG its width, into which any font is fitted."""
    return _TEXT.sub(_fixed, svg)


def _fixed(found: re.Match[str]) -> str:
    attributes, text = found.groups()
    size = re.search(r'font-size="([\d.]+)px"', attributes)
    if size is None or "textLength" in attributes:
        return found.group()
    is_bold = re.search(r'font-weight="(?:bold|[6-9]00)"', attributes) is not None
    wide = width(html.unescape(text), float(size.group(1)), is_bold=is_bold)
    fit = f'textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {attributes} {fit}>{text}</text>"
