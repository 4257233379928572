"""Which files of the project stand behind a module: itself and all that it imports, however far away."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pipelines

ROOT = Path(str(pipelines.__file__)).parents[1]
PACKAGES = ("emergence", "pipelines", "sql")
"""Where the project is installed, the packages of others lie beside these."""


def modules_behind(module: Path, root: Path = ROOT) -> list[Path]:
    """Return the project's files that a module reaches through its imports, itself among them, sorted.

    Imports count wherever they stand in a file and in either form. The ``__init__.py`` of a package counts
    where it is named itself, not for lying on the way to a module.
    """
    found: set[Path] = set()
    queue = [module]
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            queue.extend(_imported(current, root))
    return sorted(found)


def code_behind(module: Path, root: Path = ROOT) -> str:
    """Return the digest of a module and of every file of the project that it reaches."""
    texts = (path.read_bytes() for path in modules_behind(module, root))
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


@cache
def _imported(module: Path, root: Path) -> tuple[Path, ...]:
    return tuple(_imports(module, root))


def _imports(module: Path, root: Path) -> Iterator[Path]:
    for node in _statements(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from filter(None, (_file(alias.name, root) for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            package = _package(node, module, root)
            for alias in node.names:
                if file := _file(f"{package}.{alias.name}", root) or _file(package, root):
                    yield file


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement, however deep: most of a file are expressions, in which no import can stand."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, block, ()):
            yield node
            yield from _statements(node)


def _package(node: ast.ImportFrom, module: Path, root: Path) -> str:
    """Return the full name of what is imported from, where it is given relative to the module, too."""
    if not node.level:
        return node.module or ""
    above = module.relative_to(root).parent.parts
    kept = above[: len(above) - node.level + 1]
    return ".".join((*kept, *(node.module or "").split("."))).rstrip(".")


def _file(name: str, root: Path) -> Path | None:
    """Return the file of a module or package of the project; None for any other name."""
    place = root.joinpath(*name.split("."))
    if name.split(".")[0] not in PACKAGES:
        return None
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in files if file.is_file()), None)
