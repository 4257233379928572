"""The walls of the house: who may import whom, and what each breach is."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

WINGS: dict[str, set[str]] = {
    "numerics": set(),
    "points": {"numerics"},
    "shapes": {"numerics", "points"},
    "evidence": {"numerics", "points", "shapes"},
    "threshold": {"numerics", "points", "shapes", "evidence"},
    "universality": {"numerics", "points", "shapes", "evidence", "threshold"},
    "score_curves": {"numerics", "points"},
    "off_curve": {"numerics", "points", "score_curves"},
    "given_loss": {"numerics", "points", "score_curves"},
    "laws": {"numerics"},
    "claims": {"numerics"},
}
"""Each wing of the library with those that it may import."""

TOP = {"keys", "settings", "vocabulary", "words", "__version__"}
ROOMS: dict[str, set[str]] = {
    "warehouse": {"engines"},
    "engines": set(),
    "intake": {"warehouse"},
    "own": {"intake", "warehouse", "release.open_release"},
    "sources": {"intake", "own"},
    "fits": {"engines", "warehouse"},
    "figures": set(),
    "site": {"figures", "warehouse", "release.open_release"},
    "pages": {"warehouse", "release.open_release"},
    "release": {"fits", "site", "warehouse"},
    "serve": {"warehouse"},
    "reader": {"figures", "release", "warehouse"},
    "screen": {"figures", "reader", "release", "warehouse"},
    "assets": {"engines", "figures", "fits", "intake", "release", "sources", "warehouse", "definitions"},
    "commands": {"assets", "intake", "own", "reader", "release", "screen", "serve", "sources"},
}
"""Each room of the pipelines with those, or the one module of one, that it may import; `TOP` is open to all."""

INSIDE: dict[str, set[str]] = {
    "serve.values": {"serve.values"},
    "serve.catalog": {"serve.catalog", "serve.values", "serve.limits"},
    "own.reading": {"own.reading"},
    "own.formats": {"own.formats", "own.reading"},
    "own.card": {"own.card", "own.reading"},
    "own.settling": {"own.settling", "own.card", "own.reading"},
}
"""Parts of a room with what of the room they may import; the rest of it may import them."""

ONLY_IN = {
    "dagster": ("pipelines/assets/", "pipelines/definitions.py"),
    "ray": ("pipelines/engines/",),
    **dict.fromkeys(
        ("httpx", "requests", "urllib", "aiohttp", "http"),
        ("pipelines/intake/archive.py", "pipelines/intake/updates.py"),
    ),
}
"""Packages with the places that may import them."""
HARMLESS = "urllib.parse"
"""Takes addresses apart and reaches nothing."""
NOWHERE_IN = {"duckdb": ("emergence/", "pipelines/commands/", "pipelines/screen/")}

OUTSIDE = {
    "datetime", "glob", "importlib.resources", "io", "pathlib", "shutil", "socket", "sqlite3", "subprocess",
    "tempfile", "time", "pipelines", "sql",
}  # fmt: skip
TOUCHING = {
    "open", "environ", "getenv", "read_text", "write_text", "read_bytes", "write_bytes", "read_csv",
    "read_parquet", "scan_csv", "scan_parquet", "write_csv", "write_parquet", "sink_parquet", "loadtxt",
    "savetxt", "fromfile", "tofile", "memmap",
}  # fmt: skip
TOUCHES_FILES = "emergence/numerics/compiled.py"
"""The one module of the library that touches files: it keeps what numba compiled."""


def breaches(root: Path) -> list[str]:
    """Return one line for each import or call below a folder that goes through a wall."""
    files = [*(root / "emergence").rglob("*.py"), *(root / "pipelines").rglob("*.py")]
    return sorted(line for file in files for line in _breaches(file, root))


def _breaches(file: Path, root: Path) -> Iterator[str]:
    place = file.relative_to(root).as_posix()
    for name in imported(file, root):
        if not _may_import(place, name):
            yield f"{place} imports {name}"
    if place.startswith("emergence/") and place != TOUCHES_FILES:
        yield from (f"{place} touches {name}" for name in _touched(file))


def _may_import(place: str, name: str) -> bool:
    package = name.split(".")[0]
    if package in ONLY_IN and not name.startswith(HARMLESS) and not place.startswith(ONLY_IN[package]):
        return False
    if place.startswith(NOWHERE_IN.get(package, ("-",))):
        return False
    parts = place.removesuffix(".py").split("/")
    if parts[0] == "emergence":
        outside = any(name == other or name.startswith(f"{other}.") for other in OUTSIDE)
        if outside and place != TOUCHES_FILES:
            return False
    if package != parts[0] or len(parts) < 3:  # the door of a package, and what is below no room
        return True
    target = name.split(".")[1:]
    if parts[0] == "emergence":
        return not target or target[0] in WINGS[parts[1]] | {parts[1], "errors"}
    part = ".".join(parts[1:3])
    if part in INSIDE and target[:1] == parts[1:2]:
        return ".".join(target[:2]) in INSIDE[part]
    allowed = ROOMS[parts[1]] | {parts[1]} | TOP
    return not target or target[0] in allowed or ".".join(target[:2]) in allowed


def imported(file: Path, root: Path) -> set[str]:
    """Return the full names that a file imports, wherever in it and in whichever form."""
    found: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(root).parent.parts
            kept = above[: len(above) - node.level + 1] if node.level else ()
            package = ".".join((*kept, *filter(None, [node.module])))
            found |= {f"{package}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__") and node.args:
            named = node.args[0]
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                found.add(named.value)
    return found


def _touched(file: Path) -> set[str]:
    nodes = list(ast.walk(_tree(file)))
    called = {_called(node) for node in nodes if isinstance(node, ast.Call)}
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return (called | (named & {"environ"})) & TOUCHING


def _called(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())


def circles(root: Path, package: str) -> set[str]:
    """Return the modules of a package that import each other in a circle while they are loaded."""
    names = {_name(file, root): file for file in (root / package).rglob("*.py")}
    arrows = {name: _at_load(file, root) & set(names) - {name} for name, file in names.items()}
    done: set[str] = set()
    while ready := {name for name, needs in arrows.items() if name not in done and needs <= done}:
        done |= ready
    return set(names) - done


def _name(file: Path, root: Path) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _at_load(file: Path, root: Path) -> set[str]:
    """Return what the statements at a file's top import: modules, or the modules that hold the names."""
    found: set[str] = set()
    for node in _tree(file).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            held = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in held if _is_module(name, root)}
            found |= modules or {node.module}
    return found


def _is_module(name: str, root: Path) -> bool:
    place = root.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
