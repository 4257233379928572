"""``emergence show``: a curve in plain text where the output is a pipe, and as an image."""

from pathlib import Path

import pytest

from emergence import InputError
from pipelines.screen.show import show


@pytest.fixture(scope="module")
def home(release: Path) -> Path:
    return release.parent.parent


def test_a_pipe_gets_plain_text(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(home, "hellaswag") == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "threshold curve" in said or "monotone fit" in said
    assert "against loss on pile_test [" in said
    assert "checkpoints of" in said
    first, last = said[said.index("└") :].splitlines()[1].split()[::6]
    assert float(first) > float(last)


@pytest.mark.parametrize(("name", "magic"), [("curve.png", b"\x89PNG"), ("deep/curve.svg", b"<svg")])
def test_images(home: Path, tmp_path: Path, name: str, magic: bytes) -> None:
    assert show(home, "hellaswag", "cerebras_gpt", "pile_test", tmp_path / name) == 0
    assert (tmp_path / name).read_bytes().startswith(magic)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("helaswag",), "nearest are hellaswag"),
        (("hellaswag", "gadree"), "no fit with source 'gadree'"),
        (("hellaswag", None, "c4"), "there are pile_test"),
        (("hellaswag", None, None, Path("curve.pdf")), r"\.png or \.svg"),
    ],
)
def test_wrong_names_are_told(home: Path, arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        show(home, *arguments)  # type: ignore[arg-type]
