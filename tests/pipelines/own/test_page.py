"""The page on one's own results is true word by word: its commands run, on the made-up run beside it."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from pipelines.own.card.card import check_card
from tests.pipelines.commands.test_cli import emergence
from tests.test_house import ROOT

PAGE = (ROOT / "docs" / "own-results.md").read_text()
QUICK = {"EMERGENCE_REPLICATES": "50", "EMERGENCE_OFFLINE": "1"}
# What ends with another code than 0: nothing that could be added yet, and a checkpoint that fell off.
CODES = {"emergence add docs/my-run --dry-run": 2, "emergence compare own/my-run": 1}


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("emergence ")]


def test_every_command_runs_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the card, which whoever walked through the page left there.
    left = shutil.ignore_patterns("emergence.toml")
    shutil.copytree(ROOT / "docs" / "my-run", tmp_path / "docs" / "my-run", ignore=left)
    monkeypatch.chdir(tmp_path)
    outputs = {}
    for command in commands():
        result = emergence("--home", "home", *shlex.split(command)[1:], **QUICK)
        outputs[command] = result.output
        assert result.exit_code == CODES.get(command, 0), f"{command}\n{result.output}"
    card = tomllib.loads((tmp_path / "docs" / "my-run" / "emergence.toml").read_text())
    (told,) = [b for b in re.findall(r"```toml\n(.*?)```", PAGE, re.S) if 'pile_test"' in b]
    assert card.items() >= tomllib.loads(told).items()
    dry, added, _, compared = list(outputs.values())[:4]
    assert dry.count("\n  ? ") == 2
    assert "meets cerebras_gpt" in added or "pile_test (cerebras_gpt)" in added
    assert "fell off" in compared


def test_every_field_of_the_card_is_one() -> None:
    card = check_card(tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.S)[-1]))
    assert not card.trouble
    assert not card.notes
    assert card.steps == ((0, 2_097_152), (10_000, 4_194_304))
