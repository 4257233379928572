"""Makes names safe: nothing in them that a page, a terminal or a file cannot hold."""

import re
import unicodedata

import polars as pl

# Not allowed in XML, or moving a terminal's cursor, or turning the direction of what follows.
_MOVING = "\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb\ufffe\uffff"
_UNSAFE = re.compile(f"[\x00-\x1f{_MOVING}\ud800-\udfff]")
# Of a text in a table ends of lines and tabs are harmless; half a character no table can hold.
_IN_TABLES = f"[\x00-\x08\x0b\x0c\x0e-\x1f{_MOVING}]"
_ESCAPED = re.compile(_UNSAFE.pattern + "|%(?=[0-9A-F]{2})")
MAX_LENGTH = 200


def safe_text(text: str) -> str:
    """Return a text with every unsafe character as ``%`` and its bytes, so that no two texts become one.

    A percent sign before two hexadecimal digits is written so, too; any other text is unchanged.
    """
    return _ESCAPED.sub(
        lambda m: "".join(f"%{b:02X}" for b in m.group().encode(errors="surrogatepass")), text
    )


def safe_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which no text holds what a page, a terminal or a file cannot: as ``safe_text``."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts or frame.is_empty():
        return frame
    found = frame.select(pl.col(texts).str.contains(_IN_TABLES).any()).row(0)
    unsafe = [name for name, has in zip(texts, found, strict=True) if has]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(_IN_TABLES))
        .then(pl.col(name).map_elements(_made_safe, return_dtype=pl.String))
        .otherwise(pl.col(name))
        .alias(name)
        for name in unsafe
    )


def _made_safe(text: str) -> str:
    return re.sub(_IN_TABLES, lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), text)


def is_safe(text: str) -> bool:
    """Say whether a text holds nothing unsafe and is not too long for a name."""
    return not _UNSAFE.search(text) and len(text) <= MAX_LENGTH


def clipped(text: str, most: int = 2 * MAX_LENGTH) -> str:
    """Return a text short enough to be said."""
    return text if len(text) <= most else f"{text[:most]}…"


def folder_name(name: str, digest: str) -> str:
    """Return a name as one folder name that no system minds and that no other name gets.

    Names of small letters, digits, ``-``, ``_`` and ``.`` are themselves; others end in ``digest``.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-zA-Z0-9._-]+", "_", plain).strip("._-")[:80] or "run"
    return made if made == name and made == made.lower() else f"{made}-{digest}"
