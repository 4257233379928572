"""What decides that a step runs again sees every file that the step is made of, however deep it lies."""

from pathlib import Path

import pytest

import pipelines.sources
from pipelines.intake.code import code_behind, modules_behind
from pipelines.sources import SOURCES, pythia
from tests.tools.copied import ROOT, copied, run_in

DIGESTS = """
import json
from pathlib import Path
from emergence.numerics import compiled
from pipelines.fits.run_fits import library_code
from pipelines.intake.ingest import source_code
from pipelines.assets.inputs import code_digest
from pipelines.sources import SOURCES

def digests():
    library_code.cache_clear()
    found = {"library": library_code(), "compiled": compiled._kernels_digest(), "all": code_digest()}
    return found | {source.name: source_code(source) for source in SOURCES}

before, changed = digests(), {}
for name in FILES:
    file = Path(name)
    text = file.read_text()
    file.write_text(text + "\\n# touched\\n")
    changed[name] = sorted(key for key, digest in digests().items() if digest != before[key])
    file.write_text(text)
print(json.dumps(changed))
"""
HARNESS = {
    source.name
    for source in SOURCES
    if "intake.harness" in Path(pipelines.sources.__path__[0], f"{source.name}.py").read_text()
}
"""The sources whose own module reads with the harness's reader."""
TOUCHED = {
    "emergence/errors.py": {"library", "compiled", "all"},
    "emergence/shapes/kernels.py": {"library", "compiled", "all"},
    "emergence/deep/deeper/new.py": {"library", "all"},
    "pipelines/fits/run_fits.py": {"library", "all"},
    "pipelines/fits/deep/new.py": {"library", "all"},
    "pipelines/sources/pythia.py": {"pythia", "all"},
    "pipelines/intake/harness.py": HARNESS | {"all"},
    "pipelines/site/data.py": {"all"},
    "sql/marts/scores.sql": {"all"},
    "sql/questions/site/points.sql": {"all"},
}


def test_touching_a_file_at_any_depth_changes_the_digests_that_rest_on_it(tmp_path: Path) -> None:
    copied(tmp_path)
    for new in ("emergence/deep/deeper/new.py", "pipelines/fits/deep/new.py"):
        (tmp_path / new).parent.mkdir(parents=True)
        (tmp_path / new).write_text('"""New."""\n')
    changed = run_in(tmp_path, f"FILES = {list(TOUCHED)!r}\n{DIGESTS}")
    errors = set(changed["emergence/errors.py"])
    assert {name: set(keys) for name, keys in changed.items()} == TOUCHED | {"emergence/errors.py": errors}
    assert TOUCHED["emergence/errors.py"] <= errors
    assert {"bigscience", "pythia"} <= HARNESS


def test_every_module_that_a_parse_reaches_counts() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in modules_behind(Path(pythia.__file__))}
    assert {
        "pipelines/sources/pythia.py",
        "pipelines/intake/harness.py",
        "pipelines/intake/reading.py",
    } <= found
    assert {"pipelines/intake/spec.py"} <= found
    assert "pipelines/sources/dclm.py" not in found


@pytest.mark.parametrize(
    "line",
    [
        "from pipelines.shared.deep import helper",
        "from pipelines.shared.deep.helper import HELP",
        "import pipelines.shared.deep.helper",
        "from ..shared.deep import helper",
        "def parse():\n    from pipelines.shared.deep.helper import HELP",
    ],
)
def test_an_import_counts_in_every_form_and_at_any_depth(tmp_path: Path, line: str) -> None:
    deep = tmp_path / "pipelines/shared/deep"
    deep.mkdir(parents=True)
    helper, further = deep / "helper.py", tmp_path / "pipelines/shared/further.py"
    helper.write_text("from pipelines.shared.further import FURTHER\nHELP = 1\n")
    further.write_text("import json\nimport polars\nFURTHER = 1\n")
    source = tmp_path / "pipelines/sources/mine.py"
    source.parent.mkdir()
    source.write_text(line + "\n")
    assert modules_behind(source, tmp_path) == sorted({source, helper, further})
    before = code_behind(source, tmp_path)
    further.write_text("FURTHER = 2\n")
    assert code_behind(source, tmp_path) != before
