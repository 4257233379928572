"""What was compiled is used again, and never after the library has changed, in whichever room."""

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
ASK = "from small.outer import outer; print(outer(1.0), sum(outer.stats.cache_hits.values()))"


def ask(folder: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {
        "PYTHONPATH": str(folder)
    }
    return subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_function_is_compiled_again_when_one_that_it_calls_has_changed(tmp_path: Path) -> None:
    package = tmp_path / "small"
    for room in (package / "numerics", package / "shapes"):
        room.mkdir(parents=True)
        (room / "__init__.py").touch()
    shutil.copy(str(compiled.__file__), package / "numerics" / "compiled.py")
    (package / "__init__.py").touch()
    (package / "outer.py").write_text(OUTER)
    (package / "shapes" / "inner.py").write_text(INNER.format(1.0))
    assert ask(tmp_path) == "20.0 0"
    assert ask(tmp_path) == "20.0 1"
    (package / "shapes" / "inner.py").write_text(INNER.format(2.0))
    assert ask(tmp_path) == "30.0 0"
    kept = list((package / "__pycache__").glob("compiled-*"))
    assert len(kept) == 1, "what another version compiled is dropped"
