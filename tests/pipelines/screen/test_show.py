"""``emergence show``: a curve in plain text where the output is a pipe, and as an image."""

import re
from pathlib import Path
from typing import Any

import pytest

from emergence import InputError
from pipelines.reader.shown import Wanted, shown
from pipelines.screen.curve import LINES
from pipelines.screen.show import show
from pipelines.words import below_chance


@pytest.fixture(scope="module")
def home(release: Path) -> Path:
    return release.parent.parent


def test_a_pipe_gets_plain_text(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show(home, Wanted("hellaswag")) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    signs = re.findall(r"(\S\S) (chance|smooth rival|monotone fit|threshold curve)", said)
    assert len(signs) > 2
    assert len({sign for sign, _ in signs}) == len(signs), "without colour a curve is told by its sign"
    assert len({mark.sign for mark in LINES.values()}) == len(LINES)
    assert "against loss on " in said
    assert "checkpoints of" in said
    losses = [float(tick) for tick in said[said.index("└") :].splitlines()[1].split()]
    assert len(losses) > 2
    assert losses == sorted(losses, reverse=True)


def test_a_disputed_chance_is_said_with_what_speaks_against_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(home, Wanted("openbookqa", "cerebras_gpt")) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The chance of 0.25 is in dispute (" in said
    assert "the smallest models score 0.1" in said
    assert "above it is not yet above guessing" in said
    assert show(home, Wanted("piqa", "cerebras_gpt")) == 0
    assert "in dispute" not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "magic"), [("curve.png", b"\x89PNG"), ("deep/curve.svg", b"<svg")])
def test_images(home: Path, tmp_path: Path, name: str, magic: bytes) -> None:
    assert show(home, Wanted("HellaSwag", "cerebras_gpt", corpus="Pile-Test"), tmp_path / name) == 0
    assert (tmp_path / name).read_bytes().startswith(magic)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted("helaswag"), "nearest are hellaswag"),
        (Wanted("hellaswag", "gadree"), "no fit with source 'gadree'"),
        (Wanted("hellaswag", corpus="c4"), "no fit with corpus 'c4'; there are .*pile_test"),
        (Wanted("piqa", format="mc"), "no fit with format 'mc'; there are rc"),
        (Wanted("piqa", n_shot=3), "no fit with n_shot 3; there are 0, 5"),
    ],
)
def test_wrong_names_are_told(home: Path, wanted: Wanted, message: str) -> None:
    with pytest.raises(InputError, match=message):
        show(home, wanted)


def test_an_image_has_a_known_ending(home: Path) -> None:
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        show(home, Wanted("hellaswag"), Path("curve.pdf"))


def test_a_setting_is_chosen_by_format_metric_and_shots(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(home, Wanted("PIQA", format="RC", metric="Acc", n_shot=5)) == 0
    assert "(rc, 5 shots), cerebras_gpt" in capsys.readouterr().out


FIT = {
    "floor": 0.42, "floor_high": 0.44, "chance": 0.62, "step_in_points": True,
    "loss_at_2_points_above_chance": 3.1121,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Its floor of 0.420 lies below chance, 0.620: it stands 2 points above chance at 3.112."),
        (
            {"loss_at_2_points_above_chance": None},
            "Its floor of 0.420 lies below chance, 0.620: 2 points above chance is not shown.",
        ),
        ({"floor_high": 0.63}, None),
        ({"floor_high": None}, None),
        ({"chance": None}, None),
    ],
)
def test_a_floor_surely_below_chance_is_said(changed: dict[str, Any], said: str | None) -> None:
    assert below_chance(FIT | changed) == said


def test_the_screen_says_where_a_score_from_below_chance_stands_above_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fits, figure = shown(home, Wanted("piqa"))
    below = {**fits[0], "floor_high": 0.4, "chance": 0.5}
    monkeypatch.setattr("pipelines.screen.show.shown", lambda *_: ([below], figure))
    assert show(home, Wanted("piqa")) == 0
    assert "lies below chance" in " ".join(capsys.readouterr().out.split())
