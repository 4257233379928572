"""Completion: what a shell offers after a command, asked as the shell asks it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.screen.typed import as_typed

BOOT = "from pipelines.cli import main; main(prog_name='emergence')"


@pytest.fixture
def home(release: Path) -> Path:
    return release.parent.parent


def offered(shell: str, home: Path, words: str) -> str:
    place = str(len(words.split(" ")) - 1) if shell != "fish" else words.rsplit(" ", 1)[1]
    done = subprocess.run(
        [sys.executable, "-c", BOOT],
        env={
            **os.environ,
            "EMERGENCE_HOME": str(home),
            "_EMERGENCE_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": place,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tasks_are_offered_in_each_shell(home: Path, shell: str) -> None:
    assert "hellaswag" in offered(shell, home, "emergence show HELLA")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("emergence comp", "compare"),
        ("emergence ask --corpus pi", "pile_test"),
        ("emergence compare cerebras_gpt/c", "cerebras_gpt/cerebras-gpt-111m"),
        ("emergence show piqa --source ce", "cerebras_gpt"),
        ("emergence verify 2", ""),
    ],
)
def test_what_is_offered(home: Path, words: str, expected: str) -> None:
    assert (expected or home.joinpath("latest").read_text().strip()) in offered("bash", home, words)


def test_before_the_first_release_nothing_is_offered_and_nothing_fails(tmp_path: Path) -> None:
    assert offered("bash", tmp_path, "emergence show h").strip() == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_command(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert "_EMERGENCE_COMPLETE" in result.output


def test_a_command_is_printed_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / ".venv" / "bin" / "emergence"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert as_typed("first `emergence run`, then ask") == "first `.venv/bin/emergence run`, then ask"
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin")
    assert as_typed("first `emergence run`") == "first `emergence run`"
