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
path.write_text(json.dumps({"toolbox_run": "a", "history": [{"step": 10, "loss": 3.2}, {"step": 20, "loss": "lost"}]}))
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
from emergence.evidence.contrasts import Contrast
from emergence.threshold.verdict import VERDICTS, WORDS_OF_SCHEMA_1, Evidence, judge
from pipelines.vocabulary import spoken, words
from pipelines.intake.facts import read_facts

up = Contrast(0.3, 0.01, 20.0)
evidence = Evidence(
    loss_min=2.0, loss_max=3.0, at=2.01, runs="2 runs", chance=0.25, in_points=True, n_above=40, n_below=9,
    single_runs_side=None, p_threshold=0.001, leaves=up, lowest=up, start=Contrast(0.25, 0.01, 20.0), early=up,
    n_early=20, late=up, fall=up, has_stretch=True, explained=0.9, width_low=0.01, width_high=0.02, margin=0.02,
)
assert set(words("verdict")) == set(VERDICTS) == set(WORDS_OF_SCHEMA_1)
ranks = read_facts("vocabulary").filter(kind="verdict")["rank"].sort().to_list()
print(json.dumps([judge(evidence)[0], spoken("verdict", "late"), ranks]))
"""
MART = """
import json
import polars as pl
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse
from pipelines.warehouse.run_sql import run_model
from pathlib import Path

warehouse = Warehouse(Settings(home=Path("home")), ())
at = ["s/a@1", "s/a@2"]
tables = {
    "runs": {"source": ["s"], "run_id": ["s/a"], "params": [1_000_000]},
    "checkpoints": {"source": ["s"] * 2, "run_id": ["s/a"] * 2, "checkpoint_id": at, "is_final": [False, True]},
    "losses": {
        "source": ["s"] * 2, "run_id": ["s/a"] * 2, "checkpoint_id": at, "corpus": ["c4_en"] * 2,
        "unit": ["nats_per_token"] * 2, "loss": [3.0, 2.5], "is_used": [True] * 2, "loss_source": ["published"] * 2,
    },
}
for name, rows in tables.items():
    warehouse.store.write("marts", name, "", pl.DataFrame(rows), lambda _: None)
model = warehouse.models["last_losses"]
run_model(model, warehouse.store, warehouse.lineage)
print(json.dumps(pl.read_parquet(warehouse.store.path("marts", "last_losses")).select("run_id", "corpus", "params", "last_loss").rows()))
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
    add_line(listing, "    text_logs.READER,\n", listed)
    records, broken = [["a", 10.0, 3.2, "history[0].loss"]], [["history[1].loss", "lost"]]
    assert run_in(copy, OWN) == ["toolbox", records, broken]


def test_a_verdict(copy: Path) -> None:
    row, members, rule, cut_off = door("verdict")
    file = copy / "pipelines/sources/facts/vocabulary.csv"
    file.write_text(file.read_text() + row)
    member, nearest = members.splitlines(keepends=True)
    verdicts = copy / "emergence/threshold/verdict.py"
    add_line(verdicts, '    NOT_IDENTIFIED = "not_identified"\n', member)
    add_line(verdicts, '    Verdict.NOT_IDENTIFIED: "ambiguous",\n', nearest)
    add_line(
        verdicts,
        '"""Tell sharp from gradual where a stretch at a floor and a departure from it are both shown."""\n',
        rule,
    )
    cuts = copy / "emergence/evidence/cut_offs.py"
    add_line(cuts, "from typing import Final\n", "\n" + cut_off)
    told, said, ranks = run_in(copy, VERDICT)
    assert told == said == "late"
    assert ranks == list(range(1, len(ranks) + 1))


def test_a_mart(copy: Path) -> None:
    (model,) = door("mart")
    (copy / "sql/marts/last_losses.sql").write_text(model)
    assert run_in(copy, MART) == [["s/a", "c4_en", 1_000_000, 2.5]]


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
    add_line(
        pages,
        '        self.writer.page("methods.html", "methods.html", cutoffs=cut_offs_in_force())\n',
        written,
    )
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
