"""The transcript at the top of README is what the command prints."""

import re
from pathlib import Path

from click.testing import CliRunner

from pipelines.cli import main
from tests.test_house import ROOT


def test_the_transcript_is_what_the_command_prints(full_release: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    found = re.search(r"    \$ emergence query \"(.+?)\"\n((?:    [^\n]+\n)+)", readme, re.DOTALL)
    assert found is not None
    home = str(full_release.parent.parent)
    said = CliRunner().invoke(main, ["--home", home, "query", found[1]]).output
    printed = [line.strip() for line in found[2].splitlines()]
    assert [line.strip() for line in said.splitlines()][: len(printed)] == printed


def test_the_number_of_the_first_paragraph_is_what_the_tables_say(full_release: Path) -> None:
    sql = """select loss_at_2_points as eta, loss_at_2_points_low as low, loss_at_2_points_high as high from summary
        where source = 'olmo_ladder' and task = 'mmlu' and format = 'mc' and corpus = 'dolma_reddit'"""
    home = str(full_release.parent.parent)
    said = CliRunner().invoke(main, ["--home", home, "query", sql, "--format", "csv"]).output
    value, low, high = (f"{float(cell):.2f}" for cell in said.splitlines()[1].split(","))
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"down to {value} nats per token (interval {low} to {high})" in readme
