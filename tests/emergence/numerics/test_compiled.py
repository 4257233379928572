"""What was compiled is used again, and never after something it was compiled from has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from emergence.numerics import compiled

INNER = "from small.numerics.compiled import njit\n\n@njit(cache=True)\ndef inner(x):\n    return x + {0}\n"
OUTER = (
    "from small.numerics.compiled import njit\nfrom small.shapes.inner import inner\n\n"
    "@njit(cache=True)\ndef outer(x):\n    return 10.0 * inner(x)\n"
)
ASK = """
import time, pathlib
from small.outer import outer
print("ready", flush=True)
while not pathlib.Path("go").exists():
    time.sleep(0.001)
print(outer(1.0), sum(outer.stats.cache_hits.values()))
"""


def started(folder: Path) -> "subprocess.Popen[str]":
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {
        "PYTHONPATH": str(folder)
    }
    return subprocess.Popen(
        [sys.executable, "-c", ASK], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )


def ask(folder: Path) -> str:
    return started(folder).communicate()[0].removeprefix("ready").strip()


def small_library(folder: Path) -> Path:
    package = folder / "small"
    for room in (package / "numerics", package / "shapes"):
        room.mkdir(parents=True)
        (room / "__init__.py").touch()
    shutil.copy(str(compiled.__file__), package / "numerics" / "compiled.py")
    (package / "__init__.py").touch()
    (package / "outer.py").write_text(OUTER)
    (package / "shapes" / "inner.py").write_text(INNER.format(1.0))
    return package


def test_of_processes_that_start_together_one_compiles(tmp_path: Path) -> None:
    small_library(tmp_path)
    together = [started(tmp_path) for _ in range(3)]
    assert [one.stdout.readline() for one in together if one.stdout] == ["ready\n"] * 3
    (tmp_path / "go").touch()
    assert sorted(one.communicate()[0].strip() for one in together) == ["20.0 0", "20.0 1", "20.0 1"]


def test_whoever_tells_numba_to_compile_nothing_gets_the_plain_functions(tmp_path: Path) -> None:
    small_library(tmp_path)
    (tmp_path / "outer.py").write_text("from small.outer import outer\nprint(outer(1.0))\n")
    asked = [sys.executable, "outer.py"]
    plain = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(tmp_path)}
    assert subprocess.run(asked, cwd=tmp_path, env=plain, capture_output=True, text=True).stdout == "20.0\n"


def test_a_function_is_compiled_again_when_one_that_it_calls_has_changed(tmp_path: Path) -> None:
    package = small_library(tmp_path)
    (tmp_path / "go").touch()
    assert ask(tmp_path) == "20.0 0"
    (package / "numerics" / "unrelated.py").write_text("WORD = 'said'\n")
    assert ask(tmp_path) == "20.0 1"
    (package / "shapes" / "inner.py").write_text(INNER.format(2.0))
    assert ask(tmp_path) == "30.0 0"
    kept = list((package / "__pycache__").glob("compiled-*"))
    assert len(kept) == 1, "what another version compiled is dropped"


def test_every_module_that_a_compiled_function_needs_is_read() -> None:
    library = Path(str(compiled.__file__)).parents[1]
    read = {path.relative_to(library).as_posix() for path in compiled._compiled_texts()}
    needed = {"shapes/kernels.py", "shapes/curves.py", "numerics/arrays.py", "numerics/compiled.py"}
    assert needed <= read
    assert not {"threshold/verdict.py", "claims/registry.py"} & read
    for path in library.rglob("*.py"):
        if "njit" in path.read_text() and path.name not in ("__init__.py",):
            assert path.relative_to(library).as_posix() in read


def test_imports_are_found_in_every_form() -> None:
    text = (
        "import emergence.shapes.curves\nfrom emergence.points import groups, series as s\n"
        "from emergence.laws import (\n    fit,\n    law,\n)\ndef f():\n    from emergence.errors import InputError\n"
    )
    library = Path(str(compiled.__file__)).parents[1]
    found = {path.relative_to(library).as_posix() for path in compiled._imported(text)}
    wanted = {
        "shapes/curves.py",
        "points/groups.py",
        "points/series.py",
        "laws/fit.py",
        "laws/law.py",
        "errors.py",
    }
    assert wanted <= found
