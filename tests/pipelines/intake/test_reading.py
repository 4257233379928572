"""The readers of published files: each gives what it can read and names the place of the rest."""

import gzip
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake import reading
from pipelines.intake.logs import read_log
from pipelines.intake.markdown import read_markdown
from pipelines.intake.spec import Intake, RawFile

LINE = re.compile(r"(?P<step>\d+) (?P<kind>[a-z]+) (?P<value>[0-9.]+)")


@pytest.fixture
def intake() -> Intake:
    return Intake("made_up")


def raw(folder: Path, name: str, content: bytes) -> RawFile:
    (folder / name).write_bytes(content)
    return RawFile(name, "c", folder / name, len(content), "")


def said(intake: Intake) -> list[tuple[str | None, str | None]]:
    return [(reject["place"], reject["rule"]) for reject in intake.rejects]


def test_a_gzipped_table_reads_as_the_plain_one(tmp_path: Path, intake: Intake) -> None:
    text = b"a,b\n1,2\n"
    plain = reading.read_csv(raw(tmp_path, "t.csv", text), ["a"], intake)
    packed = reading.read_csv(raw(tmp_path, "t.csv.gz", gzip.compress(text)), ["a"], intake)
    assert plain is not None
    assert packed is not None
    assert plain.equals(packed)
    assert not intake.rejects


def test_a_bomb_is_refused_before_it_unfolds(
    tmp_path: Path, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_UNPACKED", 1 << 20)
    bomb = gzip.compress(b"0" * (1 << 26))
    assert len(bomb) < 1 << 17
    assert reading.read_csv(raw(tmp_path, "t.csv.gz", bomb), ["a"], intake) is None
    assert said(intake) == [("", "unreadable_file")]
    assert "unfolds to more than" in str(intake.rejects[0]["message"])


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], b"<html>", b"", b"\x1f\x8b\x08"],
    ids=["cut", "html", "empty", "a head alone"],
)
def test_a_broken_archive_is_a_reject(tmp_path: Path, intake: Intake, content: bytes) -> None:
    assert reading.read_csv(raw(tmp_path, "t.csv.gz", content), ["a"], intake) is None
    assert said(intake)[0][1] == "unreadable_file"


def test_only_required_columns_may_stand_beside_repeated_ones(tmp_path: Path, intake: Intake) -> None:
    file = raw(tmp_path, "t.csv", b"x,a,x,b\n1,2,3,4\n")
    assert reading.read_csv(file, ["a", "b"], intake) is None
    frame = reading.read_csv(file, ["a", "b"], intake, only_required=True)
    assert frame is not None
    assert frame.rows(named=True) == [{"row": 1, "a": "2", "b": "4"}]


def test_lines_of_json_are_read_one_by_one(tmp_path: Path, intake: Intake) -> None:
    lines = b'{"a": 1}\n\n[1]\n{"a": 2}\n{"a": 3, "b'
    found = reading.read_json_lines(raw(tmp_path, "t.jsonl", lines), intake)
    assert found == [(1, {"a": 1}), (4, {"a": 2})]
    assert said(intake) == [("line 3", "ragged_row"), ("line 5", "ragged_row")]


def test_parquet_gives_the_columns_asked_for(tmp_path: Path, intake: Intake) -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"name": ["a", "b"], "n": [1, 2], "x": [0.5, float("nan")], "more": [1, 1]}).write_parquet(
        buffer
    )
    schema = {"name": pl.String, "n": pl.Int64, "x": pl.Float64}
    frame = reading.read_parquet(raw(tmp_path, "t.parquet", buffer.getvalue()), schema, intake)
    assert frame is not None
    assert frame.rows() == [(1, "a", 1, 0.5), (2, "b", 2, None)]
    assert said(intake) == [("row 2, column x", "not_a_number")]
    for spoiled in (buffer.getvalue()[:-9], b"", json.dumps([1]).encode()):
        assert reading.read_parquet(raw(tmp_path, "t.parquet", spoiled), schema, intake) is None
    assert (
        reading.read_parquet(raw(tmp_path, "t.parquet", buffer.getvalue()), {"no": pl.Int64}, intake) is None
    )
    assert {rule for place, rule in said(intake) if place == ""} == {"unreadable_file"}


def test_a_markdown_row_that_its_header_does_not_fit_is_a_reject(tmp_path: Path, intake: Intake) -> None:
    text = (
        "words\n\n| A | B |\n|:--|--:|\n| [one](https://x) | 1 |\n| two | 2 | 3 |\n| three |\n| four | |\n\n"
        "| A | C |\n|---|---|\n| five | 5 |\n"
    )
    file = raw(tmp_path, "t.md", text.encode())
    (table,) = read_markdown(file, ("A", "B"), intake)
    assert table.rows == ((1, {"A": "one", "B": "1"}), (4, {"A": "four", "B": ""}))
    assert said(intake) == [("row 2", "ragged_row"), ("row 3", "ragged_row")]
    assert read_markdown(file, ("D",), intake) == []
    assert said(intake)[-1] == ("", "unreadable_file")


def test_a_log_cut_in_mid_line_loses_that_line_alone(tmp_path: Path, intake: Intake) -> None:
    found = read_log(
        raw(tmp_path, "log.txt", b"0 val 10.9\nhello\n\n250 hella 0.25\n500 val 6.1"), LINE, intake
    )
    assert [(number, groups["step"]) for number, groups in found] == [(1, "0"), (4, "250")]
    assert said(intake) == [("line 2", "unknown_line"), ("line 5", "cut_line")]
    assert list(read_log(raw(tmp_path, "log.txt", b"<html>"), LINE, intake)) == []
    assert said(intake)[-1] == ("", "unreadable_file")
