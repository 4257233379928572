"""Compiles functions with numba, and keeps what it compiled only as long as their text is as it was.

Numba takes a kept function for good while the file that defines it stands unchanged, even where a function
that it calls, and that was compiled into it, has changed in another file. So what is kept lies in a folder
named after the text of all modules with compiled functions, and of all modules that those import.

Processes that start together would each compile the same functions: here one does, and the others take what
it kept.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba
from filelock import FileLock
from numba.core.compiler_lock import global_compiler_lock

config: Any = numba.config
F = TypeVar("F", bound=Callable[..., Any])
PATIENCE = 120.0
"""Seconds to wait for what another process compiles, before it is compiled here as well."""

_LIBRARY = Path(__file__).parents[1]
_PREFIX = "compiled-"


_IMPORT = re.compile(
    rf"^\s*(?:from|import) {_LIBRARY.name}\.([\w.]+)(?: import ([\w, ]+|\([^)]*\)))?", re.MULTILINE
)


def njit(**options: Any) -> Callable[[F], F]:
    """Compile a function as numba does, one process at a time."""

    def compiled(function: F) -> F:
        dispatcher = numba.njit(**options)(function)
        if dispatcher is function:  # numba is told to compile nothing
            return function
        compile_now = dispatcher.compile

        def compile_once(signature: Any) -> Any:
            # In a process one thread compiles at a time, and a function waits for those it calls, never they
            # for it: so nobody waits in a circle.
            with global_compiler_lock, _alone(f"{function.__module__}.{function.__name__}"):
                return compile_now(signature)

        dispatcher.compile = compile_once
        return dispatcher  # type: ignore[no-any-return]

    return compiled


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Keep other processes from compiling a function; where no lock can be had, go on without."""
    lock = FileLock(Path(config.CACHE_DIR) / f"{name}.lock", timeout=PATIENCE)
    try:
        Path(config.CACHE_DIR).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _compiled_texts() -> dict[Path, str]:
    """Read the modules with compiled functions, and what of the library they import, at any depth."""
    texts = {path: path.read_text(encoding="utf-8") for path in _LIBRARY.rglob("*.py")}
    found = {path for path, text in texts.items() if "@njit" in text}
    waiting = list(found)
    while waiting:
        new = _imported(texts[waiting.pop()]) & texts.keys() - found
        found |= new
        waiting += new
    return {path: texts[path] for path in sorted(found)}


def _imported(text: str) -> set[Path]:
    """List the files that a module's imports may name: the module, or the modules of a room."""
    found = set()
    for module, names in _IMPORT.findall(text):
        place = _LIBRARY.joinpath(*module.split("."))
        found |= {place.with_suffix(".py"), place / "__init__.py"}
        found |= {place / f"{name}.py" for name in re.findall(r"\w+", names)}
    return found


def _kernels_digest() -> str:
    """Digest of the text that what is compiled depends on."""
    texts = "\0".join(_compiled_texts().values())
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def _keep_in_own_folder() -> None:
    """Point numba at this version's folder, unless the user named one; drop those of other versions.

    Where the library's folder cannot be written to, numba falls back to one of the user's.
    """
    if getattr(config, "CACHE_DIR", ""):
        return
    kept = _LIBRARY / "__pycache__" / f"{_PREFIX}{_kernels_digest()}"
    if not kept.exists():
        for other in kept.parent.glob(f"{_PREFIX}*"):
            shutil.rmtree(other, ignore_errors=True)
    config.CACHE_DIR = str(kept)


_keep_in_own_folder()
