"""The walls stand, and each is seen to fall: a planted breach is told, in whichever form it comes."""

from pathlib import Path

import pytest

from tests.test_house import ROOT
from tests.tools.walls import ROOMS, TOUCHES_FILES, WINGS, breaches, circles


def test_nothing_goes_through_a_wall() -> None:
    assert breaches(ROOT) == []


@pytest.mark.parametrize("package", ["emergence", "pipelines"])
def test_no_module_waits_for_itself(package: str) -> None:
    assert circles(ROOT, package) == set()


def test_every_folder_is_a_wing_or_a_room() -> None:
    for package, known in (("emergence", WINGS), ("pipelines", ROOMS)):
        found = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
        assert found <= set(known), f"say in tests/tools/walls.py what {found - set(known)} may import"


BREACHES = [
    ("emergence/numerics/new.py", "from emergence.points import series"),
    ("emergence/numerics/new.py", "from emergence import threshold"),
    ("emergence/points/new.py", "import emergence.shapes.curves"),
    ("emergence/points/deep/new.py", "def f():\n    from emergence.threshold.fit import fit_series"),
    ("emergence/shapes/new.py", "from ..threshold import fit"),
    ("emergence/evidence/new.py", "from emergence.threshold.verdict import Verdict"),
    ("emergence/threshold/new.py", "from emergence.universality.joint_draws import fit_universality"),
    ("emergence/score_curves/new.py", "from emergence.shapes.curves import ThresholdCurve"),
    ("emergence/score_curves/new.py", "from emergence.given_loss.clocks import fit_clocks"),
    ("emergence/off_curve/new.py", "from emergence.given_loss.sufficiency import fit_sufficiency"),
    ("emergence/given_loss/new.py", "from emergence.off_curve.anomalies import find_anomalies"),
    ("emergence/laws/new.py", "from emergence.points.series import Series"),
    ("emergence/claims/new.py", "import importlib\nimportlib.import_module('emergence.laws.fit')"),
    ("emergence/laws/new.py", "import pipelines.settings"),
    ("emergence/laws/new.py", "import duckdb"),
    ("emergence/laws/new.py", "from dagster import asset"),
    ("emergence/laws/new.py", "from pathlib import Path"),
    ("emergence/laws/new.py", "def f():\n    import shutil"),
    ("emergence/laws/new.py", "from time import time"),
    ("emergence/laws/new.py", "from datetime import datetime"),
    ("emergence/laws/new.py", "import os\nHOME = os.environ['HOME']"),
    ("emergence/laws/new.py", "import polars\nROWS = polars.read_parquet('rows.parquet')"),
    ("emergence/laws/new.py", "TEXT = open('rows.csv')"),
    ("emergence/laws/new.py", "import numpy\nROWS = numpy.loadtxt('rows.csv')"),
    ("pipelines/fits/new.py", "import dagster"),
    ("pipelines/reader/new.py", "def f():\n    import dagster as dg"),
    ("pipelines/fits/new.py", "import ray"),
    ("pipelines/screen/new.py", "import duckdb"),
    ("pipelines/commands/new.py", "def f():\n    from duckdb import connect"),
    ("pipelines/sources/new.py", "import httpx"),
    ("pipelines/site/new.py", "from urllib.request import urlopen"),
    ("pipelines/warehouse/new.py", "from pipelines.intake.spec import Source"),
    ("pipelines/warehouse/new.py", "from pipelines.release.open_release import Release"),
    ("pipelines/intake/new.py", "from pipelines.sources import SOURCES"),
    ("pipelines/release/new.py", "from pipelines.reader.query import run_query"),
    ("pipelines/release/new.py", "from pipelines.assets.run import refresh"),
    ("pipelines/reader/new.py", "from pipelines.screen.show import show"),
    ("pipelines/reader/new.py", "from pipelines.site.formats import number"),
    ("pipelines/screen/new.py", "from pipelines.site import formats"),
    ("pipelines/screen/new.py", "from pipelines.commands.base import fail"),
    ("pipelines/site/new.py", "from pipelines.assets import figure_metadata"),
    ("pipelines/site/new.py", "from pipelines.release.publish import publish"),
    ("pipelines/figures/new.py", "from pipelines.assets.run import refresh"),
    ("pipelines/serve/new.py", "from pipelines.release.open_release import Release"),
    ("pipelines/sources/new.py", "from pipelines.warehouse.store import Store"),
    ("pipelines/fits/new.py", "from ..assets import fit_assets"),
    ("pipelines/serve/values/new.py", "from pipelines.serve.limits import Limits"),
    ("pipelines/serve/catalog/new.py", "from pipelines.serve.engine import open_engine"),
    ("pipelines/own/reading/new.py", "from pipelines.own.formats import lm_eval"),
    ("pipelines/own/formats/new.py", "from pipelines.own.settling.settle import settle"),
    ("pipelines/own/formats/new.py", "from pipelines.own import card"),
    ("pipelines/own/card/new.py", "from pipelines.own.settling.frame import Records"),
    ("pipelines/own/settling/new.py", "from pipelines.own.formats import lm_eval"),
    ("pipelines/own/settling/new.py", "from pipelines.own.report import Report"),
    ("pipelines/engines/new.py", "from pipelines.fits.run_fits import Fit"),
]


def plant(root: Path, file: str, text: str) -> None:
    """Write a file into a house that has nothing else in it."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text + "\n")


@pytest.mark.parametrize(("file", "text"), BREACHES)
def test_a_planted_breach_is_told(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, file, text)
    told = breaches(tmp_path)
    assert told
    assert all(line.startswith(f"{file} ") for line in told)


def test_only_one_module_of_the_library_is_let_off(tmp_path: Path) -> None:
    text = (ROOT / TOUCHES_FILES).read_text()
    plant(tmp_path, TOUCHES_FILES, text)
    assert breaches(tmp_path) == []
    plant(tmp_path, "emergence/numerics/compiler.py", text)
    assert {line.split()[0] for line in breaches(tmp_path)} == {"emergence/numerics/compiler.py"}


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "emergence/points/one.py", "from emergence.points import two")
    plant(tmp_path, "emergence/points/two.py", "from emergence.points.one import ONE")
    plant(tmp_path, "emergence/points/three.py", "from emergence.points.one import ONE")
    plant(tmp_path, "emergence/points/four.py", "def f():\n    from emergence.points.four import f")
    assert circles(tmp_path, "emergence") == {f"emergence.points.{name}" for name in ("one", "two", "three")}
