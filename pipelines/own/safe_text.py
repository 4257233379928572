"""Makes names safe: nothing in them that a page, a terminal or a file cannot hold."""

import re
import unicodedata

# Not allowed in XML, or moving a terminal's cursor, or turning the direction of what follows.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_ESCAPED = re.compile(_UNSAFE.pattern + "|%(?=[0-9A-F]{2})")
MAX_LENGTH = 200


def safe_text(text: str) -> str:
    """Return a text with every unsafe character as ``%`` and its bytes, so that no two texts become one.

    A percent sign before two hexadecimal digits is written so, too; any other text is unchanged.
    """
    return _ESCAPED.sub(
        lambda m: "".join(f"%{b:02X}" for b in m.group().encode(errors="surrogatepass")), text
    )


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
