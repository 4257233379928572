"""A name that a page, a terminal, a spreadsheet or a file cannot hold is made safe where it comes in."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from emergence.errors import InputError
from pipelines.intake.facts import overrides_digest, read_facts
from pipelines.intake.ingest import ingest
from pipelines.intake.safe_text import safe_frame
from pipelines.screen.results import write_result
from pipelines.sources import SOURCES
from tests.tools.built import Built, put
from tests.tools.synthetic import FILES

HOSTILE = {
    "escape": "a\x1b[31mred",
    "bell": "a\x07b",
    "zero": "a\x00b",
    "direction": "a\u202egnp.exe",
    "isolate": "a\u2066b\u2069",
    "invisible": "a\u200bb",
    "mark": "\ufeffa",
    "not a character": "a\uffffb",
    "control of old": "a\x9bb",
    "separator": "a\u2028b",
}
BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\uffff]")


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_text_in_a_table_is_made_safe_and_stays_itself_otherwise(kind: str) -> None:
    frame = pl.DataFrame({"name": [HOSTILE[kind], "fine\tand\nfine", None, "größer %41"], "n": [1, 2, 3, 4]})
    safe = safe_frame(frame)
    assert not BAD.search(safe["name"][0])
    assert safe["name"].to_list()[1:] == frame["name"].to_list()[1:]
    assert safe["n"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_name_of_a_source_comes_past_its_intake(tmp_path: Path, kind: str) -> None:
    source = next(source for source in SOURCES if source.name == "gadre")
    files = FILES["gadre"]()
    written = json.dumps(HOSTILE[kind])[1:-1].encode()
    for path, content in files.items():
        if path.endswith(".json"):
            files[path] = re.sub(rb'("[a-z_]{4,})(?=":)', lambda m: m[1] + b"", content)
            document = json.loads(content)
            icl = document.get("eval_metrics", {}).get("icl") if isinstance(document, dict) else None
            if icl:
                files[path] = content.replace(next(iter(icl)).encode(), written)
    put(tmp_path / "mirror", source, files)
    built = Built(tmp_path / "home", tmp_path / "mirror", [source])
    records = ingest(source, built.settings, built.store)
    for name in records:
        frame = pl.read_parquet(built.store.path("staging", name))
        for column in frame.select(pl.col(pl.String)).get_columns():
            assert not [text for text in column.drop_nulls() if BAD.search(text)], (name, column.name)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_stands_behind_an_apostrophe_in_csv(
    text: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_result(pl.DataFrame({"name": [text, "-1.5e-3", "a=b"], "x": [-1.5, 2.0, 3.0]}), "csv")
    written = pl.read_csv(capfdbinary.readouterr().out)
    assert written["name"].to_list() == [f"'{text}", "-1.5e-3", "a=b"]
    assert written["x"].to_list() == [-1.5, 2.0, 3.0]


def test_overrides_that_cannot_be_read_are_an_error_and_another_input(tmp_path: Path) -> None:
    file = tmp_path / "tasks.csv"
    none = overrides_digest(tmp_path)
    file.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is no file"):
        read_facts("tasks", tmp_path)
    assert overrides_digest(tmp_path) != none
    file.unlink()
    file.mkdir()
    with pytest.raises(InputError, match="is no file"):
        read_facts("tasks", tmp_path)
    file.rmdir()
    file.write_bytes(b"task,chance\n\xff\xfe,0.5\n")
    with pytest.raises(InputError, match=r"tasks\.csv"):
        read_facts("tasks", tmp_path)


def test_an_add_writes_through_no_link(tmp_path: Path) -> None:
    from pipelines.cli import main

    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "losses.csv").write_text(
        "step,loss\n" + "".join(f"{i},{3 - i / 10}\n" for i in range(9))
    )
    mine = tmp_path / "mine.txt"
    mine.write_text("")
    (tmp_path / "run" / "emergence.toml").symlink_to(mine)
    arguments = ["--home", str(tmp_path / "home"), "add", str(tmp_path / "run"), "--corpus", "c4_en"]
    more = [
        "--unit",
        "nats_per_token",
        "--tokenizer",
        "gpt2",
        "--tokens-per-step",
        "1000",
        "--params",
        "1000000",
    ]
    said = CliRunner().invoke(main, [*arguments, *more], env={"EMERGENCE_MIRROR": None})
    assert mine.read_text() == "", said.output
    (tmp_path / "run" / "secret.csv").symlink_to("/etc/passwd")
    CliRunner().invoke(main, [*arguments, *more], env={"EMERGENCE_MIRROR": None})
    assert "root:" not in "".join(p.read_text() for p in (tmp_path / "home").rglob("*") if p.is_file())
