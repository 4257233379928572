"""Whatever is done to a release, `verify` finds it and never fails itself; the torture does it all."""

import os
import shutil
from pathlib import Path

import pytest

from pipelines.release.open_release import Release
from pipelines.release.publish import point_latest
from pipelines.release.verify import verify_home
from tests.tools.corruptions import CORRUPTIONS, NEED_THE_SITE, drop_field

# Every manner once: the rest is in benchmarks/torture_release.py.
QUICK = [name for name in CORRUPTIONS if name not in NEED_THE_SITE][::6]
SITE = ["a page signed", "a threshold changed everywhere"]


@pytest.fixture
def home(tmp_path: Path, release: Path) -> Path:
    folder = tmp_path / "deep" / "home" / "releases" / release.name
    shutil.copytree(release, folder, copy_function=shutil.copyfile)
    point_latest(tmp_path / "deep" / "home", Release(folder))
    return tmp_path / "deep" / "home"


@pytest.mark.parametrize("name", [*QUICK, *SITE])
def test_a_corruption_is_found(home: Path, release: Path, name: str) -> None:
    CORRUPTIONS[name](home, home / "releases" / release.name)
    findings = verify_home(home, is_quick=name not in NEED_THE_SITE)
    bad = [finding.line for finding in findings if not finding.is_good]
    assert bad
    assert all("\n" not in line for line in bad)


def test_there_are_a_hundred_corruptions_and_each_changes_something() -> None:
    assert len(CORRUPTIONS) >= 100


def test_a_release_made_by_other_code_is_not_held_against_this_one(home: Path, release: Path) -> None:
    for field in ("catalog", "previous"):
        drop_field(field)(home, home / "releases" / release.name)
    findings = verify_home(home)
    assert [finding.line for finding in findings if not finding.is_good] == []
    assert any("made by other code" in finding.line for finding in findings)
    assert os.listdir(home / "releases") == [release.name]
