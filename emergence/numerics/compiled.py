"""Compiles functions with numba, and keeps what it compiled only as long as the library is as it was.

Numba takes a kept function for good while the file that defines it stands unchanged, even where a function
that it calls, and that was compiled into it, has changed in another file. So what is kept lies in a folder
named after the text of the whole library.
"""

import hashlib
import shutil
from pathlib import Path

from numba import config, njit

__all__ = ["njit"]

_LIBRARY = Path(__file__).parents[1]
_PREFIX = "compiled-"


def _library_digest() -> str:
    """Digest of every module of the library."""
    texts = (path.read_bytes() for path in sorted(_LIBRARY.rglob("*.py")))
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def _keep_in_own_folder() -> None:
    """Point numba at this version's folder, unless the user named one; drop those of other versions.

    Where the library's folder cannot be written to, numba falls back to one of the user's.
    """
    if getattr(config, "CACHE_DIR", ""):
        return
    kept = _LIBRARY / "__pycache__" / f"{_PREFIX}{_library_digest()}"
    if not kept.exists():
        for other in kept.parent.glob(f"{_PREFIX}*"):
            shutil.rmtree(other, ignore_errors=True)
    config.CACHE_DIR = str(kept)  # type: ignore[attr-defined]


_keep_in_own_folder()
