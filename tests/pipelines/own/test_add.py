"""`emergence add` and `remove` as a user meets them: answers, questions, exit codes, what is refused."""

import json
import os
import re
from pathlib import Path

import pytest

from pipelines.own.drop_folder import run_folder
from pipelines.own.report import axis_of
from tests.pipelines.commands.test_cli import emergence
from tests.tools.own_files import harness, write
from tests.tools.terminals import on_terminal, plain


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of three checkpoints as the harness writes them, and a curve of held-out losses."""
    for k in (1, 2, 3):
        document = harness(
            {"hellaswag": {"acc_norm,none": 0.3 + k / 100}}, model=f"/ck/step{k}000", items=10042
        )
        write(tmp_path / "my-run" / f"step{k}000" / "results.json", document)
    write(tmp_path / "my-run" / "losses.csv", "step,loss\n1000,3.4\n2000,3.2\n3000,3.1\n")
    return tmp_path / "my-run"


ANSWERS = (
    "--tokens-per-step",
    "4194304",
    "--corpus",
    "c4_en",
    "--unit",
    "nats_per_token",
    "--tokenizer",
    "gpt2",
)


def test_answers_are_remembered_beside_the_files(home: Path, mine: Path) -> None:
    first = emergence("--home", str(home), "add", str(mine), *ANSWERS)
    assert first.exit_code == 0, first.output
    for expected in (
        "3 losses and 3 scores at 3 checkpoints, steps 1,000 to 3,000",
        "loss c4_en gpt2",
        "my-run: added",
    ):
        assert expected in first.output
    second = emergence("--home", str(home), "add", str(mine))
    assert second.exit_code == 0
    assert "my-run: unchanged" in second.output
    assert [path.name for path in (home / "drop").iterdir()] == ["my-run"]


def test_what_is_not_answered_is_asked_with_its_flag_and_what_is_whole_goes_in(
    home: Path, mine: Path
) -> None:
    result = emergence("--home", str(home), "add", str(mine), "--tokens-per-step", "1000")
    assert result.exit_code == 1
    assert "--corpus " in result.output
    found = json.loads(emergence("--home", str(home), "add", str(mine), "--json").output)
    assert [(run["losses"], run["scores"]) for run in found] == [(0, 3)]
    assert {q["key"] for q in found[0]["questions"]} == {"corpus", "unit"}


def test_nothing_to_add_is_an_error_of_its_own(home: Path, mine: Path) -> None:
    assert emergence("--home", str(home), "add", str(mine)).exit_code == 2
    assert not home.exists()
    assert emergence("--home", str(home), "add", str(mine / "nowhere")).exit_code == 2


def test_a_dry_run_writes_nothing(home: Path, mine: Path) -> None:
    before = sorted(mine.rglob("*"))
    result = emergence("--home", str(home), "add", "--dry-run", str(mine), *ANSWERS)
    assert result.exit_code == 0
    assert "would be added" in result.output
    assert not home.exists()
    assert sorted(mine.rglob("*")) == before


def test_one_bad_cell_and_one_bad_file_fail_nothing(home: Path, mine: Path) -> None:
    write(mine / "step4000" / "results.json", '{"results": {"a": ')
    write(mine / "losses.csv", "step,loss\n1000,3.4\n2000,x\n3000,3.1\n")
    os.mkfifo(mine / "pipe")
    write(mine.parent / "secret.json", "{}")
    (mine / "link.json").symlink_to(mine.parent / "secret.json")
    write(mine / "two\nlines.csv", "step,loss\n1,2\n")
    result = emergence("--home", str(home), "add", str(mine), *ANSWERS)
    assert result.exit_code == 0, result.output
    for expected in (
        "line 3, column loss: 'x' not_a_number",
        "step4000/results.json",
        "pipe",
        "link.json",
        "two%0Alines.csv",
    ):
        assert expected in result.output
    assert "2 losses and 3 scores" in result.output
    assert not list((home / "drop").rglob("link.json"))


def test_a_task_that_nobody_has_is_named_with_the_nearest(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "x" / "step1.json", harness({"helaswag": {"acc,none": 0.3}}, model="ck"))
    output = emergence(
        "--home", str(home), "add", "--dry-run", str(tmp_path / "x"), "--tokens-per-step", "1"
    ).output
    assert "task helaswag: nobody else has it; the nearest are hellaswag" in output


def test_runs_whose_names_look_alike_never_share_a_folder(home: Path, mine: Path) -> None:
    names = ["lr=1e-4/seed 1", "lr_1e-4_seed_1", "LR_1e-4_seed_1", "../../etc/x", "…", "日本", "a" * 300]
    assert len({run_folder(name).lower() for name in names}) == len(names)
    assert all("/" not in run_folder(name) and not run_folder(name).startswith(".") for name in names)
    for name in names[:2]:
        assert emergence("--home", str(home), "add", str(mine), "--run", name, *ANSWERS).exit_code == 0
    assert len(list((home / "drop").iterdir())) == 2


def test_a_run_is_removed_by_its_name_and_its_files_stay(home: Path, mine: Path) -> None:
    emergence("--home", str(home), "add", str(mine), *ANSWERS)
    assert emergence("--home", str(home), "remove", "own/my-run").exit_code == 0
    assert list((home / "drop").iterdir()) == []
    assert (mine / "losses.csv").is_file()
    again = emergence("--home", str(home), "remove", "own/my-run")
    assert again.exit_code == 2
    assert "no run of one's own is called 'my-run'; there is none here" in again.output


def test_of_several_runs_all_are_removed_or_none(home: Path, mine: Path) -> None:
    emergence("--home", str(home), "add", str(mine), *ANSWERS)
    result = emergence("--home", str(home), "remove", "my-run", "own/nosuch")
    assert result.exit_code == 2
    assert "no run of one's own is called 'nosuch'; there are: my-run" in result.output
    assert "removed" not in result.output
    assert emergence("--home", str(home), "remove", "my-run", "own/my-run").exit_code == 0


def test_every_folder_with_a_card_is_a_run(home: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / "all" / name / "emergence.toml", f'run = "{name}"\ntokens_per_step = 10\n')
        write(tmp_path / "all" / name / "step5.json", harness({"piqa": {"acc,none": 0.5}}, model="ck"))
    result = emergence("--home", str(home), "add", str(tmp_path / "all"))
    assert result.exit_code == 0
    assert sorted(path.name for path in (home / "drop").iterdir()) == ["a", "b"]


def test_a_template_is_written_and_read_back(home: Path, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "it,Val CE,note\n10,3.1,x\n20,3.0,y\n")
    target = tmp_path / "map.toml"
    assert emergence("--home", str(home), "add", str(table), "--template", str(target)).exit_code == 0
    target.write_text(target.read_text().replace('# step = "…"', 'step = "it"').replace("# counts", "counts"))
    result = emergence("--home", str(home), "add", str(table), "--map", str(target), "--run", "t", *ANSWERS)
    assert result.exit_code == 0, result.output
    assert "2 losses" in result.output


def test_comments_of_a_card_stay(home: Path, mine: Path) -> None:
    write(
        mine / "emergence.toml", '# what we trained\nrun = "x"  # its name\n\n[losses."other"]\nuse = false\n'
    )
    emergence("--home", str(home), "add", str(mine), *ANSWERS)
    text = (mine / "emergence.toml").read_text()
    assert text.startswith('# what we trained\nrun = "x"  # its name\n')
    assert 'corpus = "c4_en"' in text.split("[losses")[0]


def test_a_card_with_a_field_that_there_is_none_of_is_told_the_nearest(home: Path, mine: Path) -> None:
    write(mine / "emergence.toml", "tokens_per_stp = 5\nparams = 10.5\n")
    output = emergence("--home", str(home), "add", "--dry-run", str(mine)).output
    assert "did you mean tokens_per_step?" in output
    assert "params: '10.5' not_a_number" in output


@pytest.mark.parametrize(
    ("told", "axis"),
    [
        *(("gpt-neox-20b", "c4_en gpt-neox"), ("EleutherAI/gpt-neox-20b", "c4_en gpt-neox")),
        *(("GPT_NeoX", "c4_en gpt-neox"), ("my own", "c4_en my own"), (None, "c4_en unknown")),
    ],
)
def test_a_tokenizer_is_known_by_its_other_names(told: str | None, axis: str) -> None:
    assert axis_of("c4_en", "nats_per_token", told) == axis


def test_a_question_on_a_narrow_terminal_is_broken_between_words_and_can_be_skipped(
    home: Path, mine: Path
) -> None:
    typed = "4194304\nc4_en\nskip\nskip\n"
    told = ("--home", str(home), "add", str(mine), "--dry-run")
    output, code = on_terminal(*told, columns=80, typed=typed)
    # What was typed ahead, with its ends of lines, does not stand behind the questions.
    lines = re.sub(r"(  answer, or skip[^:]*: )", r"\1\n", plain(output)).splitlines()
    asked = [k for k, line in enumerate(lines) if line.startswith("how many tokens is one optimizer step")]
    assert asked, output
    assert lines[asked[0] + 1].startswith("  ")
    assert "answer, or skip" in output
    assert not [line for line in lines if len(line) > 80]
    assert code == 1
    assert "in which unit is loss?" in output
