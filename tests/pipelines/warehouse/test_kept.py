"""What is kept is found by all that it was made from, and made anew where it is not as it was written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.warehouse.kept import Kept


def making(made: list[str], text: str) -> Callable[[], str]:
    def make() -> str:
        made.append(text)
        return text

    return make


def test_it_is_made_once_for_the_same_and_anew_for_another(tmp_path: Path) -> None:
    made: list[str] = []
    for kind, made_from in (("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")):
        text = f"{kind} of {made_from},\r\nin lines"
        assert Kept(tmp_path)(kind, made_from, making(made, text)) == text
    assert len(made) == 3


def test_other_code_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    Kept(tmp_path)("a", "x", making(made, "old"))
    monkeypatch.setattr("pipelines.warehouse.kept.all_code", lambda: "a file was touched")
    assert Kept(tmp_path)("a", "x", making(made, "new")) == "new"


@pytest.mark.parametrize("damage", [b"", b"\xff", b"0123\nanother", None])
def test_what_is_not_as_it_was_written_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    made: list[str] = []
    kept = Kept(tmp_path)
    kept("a", "x", making(made, "text"))
    (file,) = kept.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    assert kept("a", "x", making(made, "text")) == "text"
    assert made == ["text", "text"]
    assert kept("a", "x", making(made, "text")) == "text"
    assert len(made) == 2


def test_what_nobody_asked_for_goes_and_no_room_costs_nothing_but_time(tmp_path: Path) -> None:
    Kept(tmp_path)("a", "old", lambda: "old")
    kept = Kept(tmp_path)
    kept("a", "new", lambda: "new")
    kept.drop_others()
    assert len(list(kept.folder.iterdir())) == 1
    (tmp_path / "file").write_text("")
    assert Kept(tmp_path / "file")("a", "x", lambda: "text") == "text"
