"""The public names are there, typed and lazy: importing the package loads no compiled kernel."""

import subprocess
import sys

import pytest

import emergence


def test_every_public_name_is_there() -> None:
    assert emergence.__all__ == sorted(emergence.__all__, key=lambda n: (not n.isupper(), n[0].islower(), n))
    for name in emergence.__all__:
        assert getattr(emergence, name) is not None
        assert name in dir(emergence)
    with pytest.raises(AttributeError, match="no attribute 'fit_everything'"):
        _ = emergence.fit_everything  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "module", ["emergence", "emergence.score_curves.read_grids", "emergence.laws.planned_models"]
)
def test_what_only_reads_numbers_loads_no_compiler(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numba' in sys.modules or 'dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
