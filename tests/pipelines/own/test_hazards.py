"""Folders that hold all that a folder may hold: each bad file is refused or named by itself, the good ones go in."""

import gzip
import json
import os
import zipfile
from pathlib import Path
from time import process_time

import pytest

from tests.tools.own_files import harness, planned, said, scores_of, write

GOOD = harness({"piqa": {"acc,none": 0.6, "acc_stderr,none": 0.0114}}, model="ck/step1000", items=1838)
TEXT = json.dumps(GOOD)
BAD = {
    "cut.json": (TEXT[:200].encode(), "no whole JSON"),
    "half.json.tmp": (TEXT[:100].encode(), "no whole JSON"),
    "pointer.json": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
    "deep.json": (b"[" * 100_000, "no whole JSON"),
    "digits.json": (b'{"results": {"piqa": {"acc,none": ' + b"9" * 5000 + b"}}}", "no whole JSON"),
    "empty.json": (b"", "the file is empty"),
    "two.csv": (b"step,loss,loss\n1,3.0,2.0\n", "two columns called"),
    "cut.parquet": (b"PAR1" + bytes(100) + b"PAR1", "no whole Parquet"),
    "new\nline.csv": (b"step,loss\n1,3.0\n", "rename the file"),
    "colour\x1b[31m.csv": (b"step,loss\n1,3.0\n", "rename the file"),
    "packed.json.gz": (gzip.compress(TEXT.encode()), "unpack it here"),
    "wide.json": (TEXT.encode("utf-16"), "save it as UTF-8"),
    "true.json": (TEXT.replace('"acc,none": 0.6', '"acc,none": true').encode(), "expected a finite number"),
    "huge.json": (TEXT.replace('"acc,none": 0.6', '"acc,none": 1e308').encode(), "score_above_bound"),
    "long.json": (TEXT.replace("piqa", "x" * 100_000).encode(), "longer than 200 characters"),
}


def everything_said(plan: object) -> str:
    found = plan.settled.said  # type: ignore[attr-defined]
    return said([*found.broken, *found.left])


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_file_is_named_with_its_fix_and_the_good_one_goes_in(tmp_path: Path, name: str) -> None:
    content, fix = BAD[name]
    write(tmp_path / "step1000" / "results.json", GOOD)
    (tmp_path / name).write_bytes(content)
    plan = planned(tmp_path, tokens_per_step=10)
    assert scores_of(plan, "task", "step", "score") == [("piqa", 1000, 0.6)]
    assert fix in everything_said(plan)
    assert max(map(len, everything_said(plan).splitlines())) < 2000


def test_folders_that_the_harness_names_with_a_dot_are_read_and_those_of_tools_are_not(
    tmp_path: Path,
) -> None:
    for step, folder in ((1000, ".__ckpt__step1000"), (2000, "..__ckpt__step2000")):
        results = harness({"piqa": {"acc,none": 0.6}}, model=f"./ckpt/step{step}")
        write(tmp_path / folder / "results_2025-03-04T05-06-01.080910.json", results)
    for tool in (".git/objects/step3000", ".ipynb_checkpoints", "__pycache__"):
        write(tmp_path / tool / "results.json", GOOD)
    write(tmp_path / "._results.json", "a fork of a file that another system keeps")
    plan = planned(tmp_path, tokens_per_step=10)
    assert sorted(scores_of(plan, "task", "step")) == [("piqa", 1000), ("piqa", 2000)]
    assert everything_said(plan) == ""


def test_links_and_pipes_are_never_followed_nor_waited_for(tmp_path: Path) -> None:
    inside, outside = tmp_path / "run", tmp_path / "outside"
    write(inside / "step1000" / "results.json", GOOD)
    write(outside / "step2000" / "results.json", TEXT.replace("step1000", "step2000"))
    for name, target in (
        ("file", outside / "step2000" / "results.json"),
        ("folder", outside),
        ("loop", ".."),
    ):
        (inside / name).symlink_to(target)
    (inside / "dangling.csv").symlink_to("nowhere")
    os.mkfifo(inside / "pipe.csv")
    plan = planned(inside, tokens_per_step=10)
    assert scores_of(plan, "step") == [(1000,)]
    assert sorted((b.file, b.rule) for b in plan.settled.said.broken) == [
        ("dangling.csv", "link"),
        ("file", "link"),
        ("folder", "link"),
        ("loop", "link"),
        ("pipe.csv", "no_regular_file"),
    ]


def test_a_bomb_beside_good_files_is_refused_in_no_time(tmp_path: Path) -> None:
    write(tmp_path / "step1000" / "results.json", GOOD)
    with zipfile.ZipFile(tmp_path / "log.eval", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("header.json", '{"version": 2, "eval": {' + " " * 270_000_000 + "}}")
    began = process_time()
    plan = planned(tmp_path, tokens_per_step=10)
    assert process_time() - began < 2
    assert scores_of(plan, "score") == [(0.6,)]
    assert "would unpack to" in everything_said(plan)


def test_a_table_that_is_being_written_is_said_to_end_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("tokens,loss\n10,3.25\n20,3.")
    answers = {"corpus": "c4_en", "unit": "nats_per_token", "tokenizer": "gpt2"}
    assert "its last value may be cut" in said(planned(tmp_path, **answers).settled.said.notes)
    (tmp_path / "losses.csv").write_text("tokens,loss\n10,3.25\n20,3.125\n")
    assert not planned(tmp_path, **answers).settled.said.notes


def test_an_error_that_does_not_fit_its_items_is_said(tmp_path: Path) -> None:
    write(
        tmp_path / "results.json", harness({"piqa": {"acc,none": 0.6, "acc_stderr,none": 0.049}}, items=1838)
    )
    notes = said(planned(tmp_path, tokens_per_step=10).settled.said.notes)
    assert "1 standard error does not fit its number of items, first that of piqa" in notes
    write(tmp_path / "results.json", GOOD)
    assert "do not fit" not in said(planned(tmp_path, tokens_per_step=10).settled.said.notes)


def test_results_that_do_not_say_how_they_were_asked_are_said_to_be_taken_as_plain(tmp_path: Path) -> None:
    old = {name: value for name, value in GOOD.items() if name != "chat_template"}
    write(tmp_path / "results.json", old)
    plan = planned(tmp_path, tokens_per_step=10)
    assert "do not say whether a chat template was used" in said(plan.settled.said.notes)
    assert scores_of(plan, "task") == [("piqa",)]
