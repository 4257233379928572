"""CONTRIBUTING.md's doors, each followed word by word in a copy of the project."""

import re
import shutil
from pathlib import Path

import pytest

from tests.test_house import ROOT
from tests.tools.copied import copied, run_in

DOORS = (ROOT / "CONTRIBUTING.md").read_text().partition("## The other doors")[2]
FIT = """
import json
from pathlib import Path
import polars as pl
from pipelines.fits.registry import FITS
from pipelines.fits.run_fits import fit_in_parts
from pipelines.keys import SERIES
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.run_sql import run_model

(fit,) = [fit for fit in FITS if "score_range_fits" in fit.outputs]
warehouse = Warehouse(Settings(home=Path("home")), ())
names = {**dict.fromkeys(SERIES, ["a", "a", "b"]), "n_shot": [0, 0, 0], "score": [0.2, 0.7, 0.5]}
warehouse.store.write("marts", "loss_scores", "", pl.DataFrame(names | {"source": ["s"] * 3}), lambda _: None)
fit_in_parts(warehouse, fit)
run_model(warehouse.models["score_ranges"], warehouse.store, warehouse.lineage)
table = pl.read_parquet(warehouse.store.path("fits", "score_ranges"))
print(json.dumps(table.select("task", "least", "greatest", "n_checkpoints").rows()))
"""
OWN = """
import json
from pathlib import Path
from pipelines.own.formats import READERS
from pipelines.own.reading.found import OwnFile

path = Path("toolbox.json")
path.write_text(json.dumps({"toolbox_run": "a", "history": [{"step": 10, "loss": 3.2}, {"step": 20, "loss": "n/a"}]}))
file = OwnFile(path, path.name, path.stat().st_size)
reader = next(reader for reader in READERS if reader.recognise(file))
found = reader.read(file)
print(json.dumps([
    reader.name,
    [(r.run, r.at.number, r.value, r.place) for r in found.records],
    [(b.place, b.value) for b in found.broken],
]))
"""
VERDICT = """
import json
from pipelines.vocabulary import spoken, words
from pipelines.intake.facts import read_facts
print(json.dumps([list(words("verdict")), spoken("verdict", "twice"), read_facts("vocabulary")["value"].to_list()]))
"""
CHECK = """
import json
from pipelines.warehouse.checks import read_checks
(check,) = [check for check in read_checks() if check.name == "scores_doubtful"]
print(json.dumps([check.message, check.severity, check.is_blocking, check.parents]))
"""
COMMAND = """
import json
from click.testing import CliRunner
from pipelines.cli import main
found = CliRunner().invoke(main, ["--home", "here", "place"])
print(json.dumps([found.exit_code, found.output]))
"""
PAGE = """
import json, sys
from pathlib import Path
from pipelines.site import build_site
build_site(Path(DATABASE), Path("built"))
print(json.dumps([(Path("built/site") / name).read_text() for name in ("families.html", "index.html")]))
"""


def door(name: str) -> list[str]:
    """The fenced blocks of one door, in their order."""
    text = DOORS.partition(f"**A {name}.**")[2].partition("\n**A ")[0]
    return re.findall(r"```\w+\n(.*?)```", text, re.S)


def add_line(file: Path, after: str, line: str) -> None:
    text = file.read_text()
    assert text.count(after) == 1
    file.write_text(text.replace(after, after + line))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path / "copy")


def test_a_fit(copy: Path) -> None:
    library, pipeline, line, table = door("fit")
    (copy / "emergence/points/score_range.py").write_text(library)
    (copy / "pipelines/fits/score_ranges.py").write_text(pipeline)
    (copy / "sql/fits/score_ranges.sql").write_text(table)
    add_line(copy / "pipelines/fits/registry.py", "MODULES = (\n", line)
    assert run_in(copy, FIT) == [["a", 0.2, 0.7, 2], ["b", 0.5, 0.5, 1]]


def test_a_format_of_ones_own_results(copy: Path) -> None:
    module, lines = door("format of one's own results")
    imported, listed = lines.splitlines(keepends=True)
    (copy / "pipelines/own/formats/toolbox.py").write_text(module)
    listing = copy / "pipelines/own/formats/__init__.py"
    add_line(listing, "from pipelines.own.formats import (\n", imported)
    add_line(listing, "READERS: tuple[Reader, ...] = (\n", listed)
    records, broken = [["a", 10.0, 3.2, "history[0].loss"]], [["history[1].loss", "n/a"]]
    assert run_in(copy, OWN) == ["toolbox", records, broken]


def test_a_verdict(copy: Path) -> None:
    (row,) = door("verdict")
    file = copy / "pipelines/sources/facts/vocabulary.csv"
    file.write_text(file.read_text() + row)
    verdicts, said, held = run_in(copy, VERDICT)
    assert verdicts[-1] == said == "twice"
    assert "twice" in held


def test_a_check(copy: Path) -> None:
    (check,) = door("check")
    (copy / "sql/checks/scores_doubtful.sql").write_text(check)
    assert run_in(copy, CHECK) == ["a score of exactly one half", "warning", False, ["scores"]]


def test_a_command(copy: Path) -> None:
    module, line = door("command")
    (copy / "pipelines/commands/place.py").write_text(module)
    add_line(copy / "pipelines/cli.py", "MODULES = (\n", line)
    code, said = run_in(copy, COMMAND)
    assert code == 0
    assert said.strip() == str(copy / "here")


def test_a_page(copy: Path, release: Path) -> None:
    question, template, lines = door("page")
    (copy / "sql/questions/site/families.sql").write_text(question)
    (copy / "pipelines/site/templates/families.html").write_text(template)
    menu, written = lines.splitlines(keepends=True)
    pages = copy / "pipelines/site/pages.py"
    add_line(pages, '            ("methods.html", "Methods", True),\n', menu)
    add_line(pages, '        self.writer.page("methods.html", "methods.html", cutoffs=cutoffs)\n', written)
    database = copy / "emergence.duckdb"
    shutil.copyfile(release / "emergence.duckdb", database)
    page, front = run_in(copy, f"DATABASE = {str(database)!r}\n{PAGE}")
    assert "<h1>Families</h1>" in page
    assert "Cerebras" in page
    assert 'href="families.html"' in front


def test_the_map_names_only_what_is_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|sql|csv))`", text))
    assert len(named) > 10
    places = (ROOT, ROOT / "pipelines", ROOT / "emergence")
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []
    rooms = {path.parent.name for path in ROOT.glob("pipelines/*/__init__.py")}
    wings = {path.parent.name for path in ROOT.glob("emergence/*/__init__.py")}
    assert {room for room in rooms | wings if f"{room}/" not in text} == set()
