"""What a figure says fits in it: titles fold, long names take lines, a legend names what is drawn."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from pipelines.figures import Figure, curve_figure, forest_figure, size_figure
from pipelines.figures.folding import folded
from pipelines.figures.slide import FORMATS, SAME_VERDICT, slide_figure, slide_halves
from pipelines.figures.text_widths import width
from pipelines.vocabulary import words
from tests.pipelines.figures.test_figures import CURVES, DEPARTURES, FIGURES, FIT, POINTS, SLIDE

LONG = "accuracy by likelihood of the whole answer or by exact match, divided by the number of tokens"
TASK = "BIG-bench conceptual combinations of words that nobody has put together before · rc · 10 shots"


def texts(figure: Figure) -> list[str]:
    drawn = ElementTree.fromstring(figure.to_svg()).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()) for text in drawn]


def curve(**changed: float | None) -> Figure:
    return curve_figure(
        POINTS, {**FIT, **changed}, CURVES, title="t", loss_title=LONG, score_title=LONG, loss_domain=(2.1, 2.5)
    )  # fmt: skip


def test_a_slide_stands_whole_or_in_two_parts_as_narrow_as_a_phone() -> None:
    parts = slide_halves(FIGURES["slide"])
    assert [part.template for part in parts] == ["slide_curves", "slide_dumbbells"]
    for part in parts:
        wide = re.search(r'<svg[^>]* width="([\d.]+)"', part.to_svg())
        assert wide is not None
        assert float(wide[1]) < 460
    assert slide_halves(FIGURES["slide_dumbbells"]) == [FIGURES["slide_dumbbells"]]


def test_each_format_of_a_slide_has_the_colour_of_its_verdict() -> None:
    known = words("verdict")
    for letter, likelihood, colours in (
        ("sharp", "gradual", [known["sharp"].colour, known["gradual"].colour]),
        ("gradual", "gradual", list(SAME_VERDICT)),
    ):
        marks = [
            {"format": name, "departure": 2.4, "verdict": verdict}
            for name, verdict in zip(FORMATS, (letter, likelihood), strict=True)
        ]
        titles = {"curve_title": "t", "dumbbell_title": "d", "loss_title": "l"}
        figure = slide_figure([], [], SLIDE, marks, 0.25, **titles)
        assert figure.values["format_colours"] == colours


def test_a_departure_that_is_not_shown_is_not_drawn() -> None:
    assert [len(curve(departs=leaves).rows["departures"]) for leaves in (True, False)] == [1, 0]


def test_a_title_folds_between_words_within_its_room() -> None:
    lines = folded(LONG, 200, 12)
    assert " ".join(lines) == LONG
    assert all(width(line, 12) <= 200 for line in lines)
    assert all(width(f"{line} {after.split()[0]}", 12) > 200 for line, after in pairwise(lines))
    assert folded("short", 200, 12) == ["short"]
    assert folded("", 200, 12) == [""]


def test_no_title_of_an_axis_is_cut() -> None:
    said = texts(curve())
    assert not [text for text in said if text.endswith("…")]
    assert sum(text.startswith("accuracy by likelihood of the") for text in said) == 2
    assert said.count(LONG) == 1, "along the width it stands on one line, along the height on two"


def test_a_long_name_of_a_row_takes_lines_and_its_setting_the_last() -> None:
    rows = [{**row, "label": TASK if at == 1 else row["label"]} for at, row in enumerate(DEPARTURES)]
    figure = forest_figure(rows, title="t", loss_title="l")
    said = texts(figure)
    assert any(re.search(r"10 shots$", text) for text in said)
    assert not [text for text in said if text.endswith("…")]
    plain = forest_figure(DEPARTURES, title="t", loss_title="l")
    assert figure.values["height"] > plain.values["height"]
    assert [row["label"] for row in figure.rows["departures"]] == [row["label"] for row in rows]


def test_a_legend_names_the_lines_that_are_drawn() -> None:
    assert {"threshold curve", "floor", "chance"} <= set(texts(curve()))
    assert not {"smooth rival", "monotone fit"} & set(texts(curve()))
    assert "floor" not in texts(curve(floor=None))
    by_size = size_figure(POINTS, "params", "parameters", "score", [], None)
    assert not {"floor", "chance", "smooth rival"} & set(texts(by_size))


@pytest.mark.parametrize(("at", "align"), [(2.45, "left"), (2.3, "center"), (2.15, "right")])
def test_the_name_of_the_departure_stands_where_there_is_room(at: float, align: str) -> None:
    assert curve(loss_at_2_points=at).values["departure_align"] == align
