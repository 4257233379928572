"""Every screen on a real pseudo-terminal: no line wider than it, no number cut, no name broken."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from pipelines.screen.answers import _print_rows
from pipelines.screen.curve import LINES, POINTS
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.front import GROUP, one_training, over_forms, print_front, verdict_sentence
from pipelines.screen.results import written
from pipelines.screen.terminal import BAD, GOOD, GREY, WARNING, say, wrapped
from pipelines.vocabulary import words
from pipelines.words import probability
from tests.tools.terminals import on_terminal, plain

WIDTHS = (80, 120, 200)
SUMMARY = """
import sys
from pathlib import Path
from pipelines.release.open_release import Release
from pipelines.release.outcome import Run
from pipelines.screen.summary import show_run
show_run(Run(Release(Path(sys.argv[1])), True, ["loss_scores: the disk is full"]))
"""
SCREENS: dict[str, tuple[str, ...]] = {
    "show": ("show", "HellaSwag"),
    "show shots": ("show", "piqa", "--format", "rc", "--metric", "acc", "--shots", "5"),
    "ask": ("ask", "--corpus", "pile_test", "--loss", "0.8"),
    "ask all": ("ask", "--corpus", "pile_test", "--loss", "0.8", "--all"),
    "query": ("query", "select * from thresholds limit 5"),
    "query few": ("query", "select task, n_shot, eta, verdict, loss_at_2_points from thresholds limit 5"),
    "claims": ("query", "select claim_id, source, verdict, reason from claims limit 5"),
    "compare": ("compare", "cerebras_gpt/cerebras-gpt-111m"),
    "sources": ("sources",),
    "tasks": ("tasks",),
    "corpora": ("corpora",),
    "doctor": ("doctor",),
    "wrong task": ("show", "helaswag"),
    "wrong run": ("compare", "cerebras_gpt/111M"),
    "help": ("ask", "--help"),
}


@pytest.fixture(scope="module")
def home(release: Path) -> Path:
    return release.parent.parent


@pytest.fixture(scope="module")
def names(release: Path) -> set[str]:
    """Names of two parts or more that a screen may hold: none of them may be torn."""
    from pipelines.release.open_release import open_database

    with open_database(release / "emergence.duckdb") as questions:
        rows = questions.query(
            "select distinct unnest([task, source, corpus, metric]) as name from thresholds"
        )
    return {name for name in rows["name"] if "_" in name}


def _torn(lines: list[str], names: set[str]) -> Iterator[str]:
    """Yield a name of which one line holds the head and the next the tail."""
    for line, below in itertools.pairwise(lines):
        for name in names:
            for cut in range(3, len(name) - 2):
                head, tail = name[:cut], name[cut:]
                if re.search(rf"(?<!\w){re.escape(head)}$", line.rstrip()) and below.lstrip().startswith(
                    tail
                ):
                    yield name


WIDE = ("show", "ask", "query")
"""The screens that are taken at every width; the others at the narrowest, where they would break."""
TAKEN = [(screen, columns) for screen in SCREENS for columns in (WIDTHS if screen in WIDE else WIDTHS[:1])]


@pytest.mark.parametrize(("screen", "columns"), TAKEN)
def test_a_screen_fits_its_terminal(home: Path, names: set[str], screen: str, columns: int) -> None:
    written, _ = on_terminal("--home", str(home), *SCREENS[screen], columns=columns, EMERGENCE_MIRROR="")
    _check_screen(written, columns, names)
    if screen == "tasks":
        assert "chance" in plain(written).splitlines()[0].split()
    if screen not in ("help", "wrong task", "wrong run", "query few", "tasks", "sources", "corpora"):
        assert "\x1b[" in written, "a terminal is written to in colour"


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_summary_of_a_run_fits_its_terminal(release: Path, names: set[str], columns: int) -> None:
    written, _ = on_terminal(str(release), columns=columns, boot=SUMMARY)
    _check_screen(written, columns, names)
    said = plain(written)
    assert "leave their floor as loss falls" in said.split("\n\n")[0].replace("\n  ", " ")
    assert "runs" in said
    assert "in bits per byte" in said
    assert "failed: loss_scores: the disk is full" in said


def _check_screen(written: str, columns: int, names: set[str]) -> None:
    lines = plain(written).splitlines()
    assert lines
    for line in lines:
        is_one_word = " " not in line.strip()  # a path that is longer than the terminal stays whole
        assert cell_len(line) <= columns or is_one_word, line
        assert not re.search(r"\d…|…\d", line), line
    assert not list(_torn(lines, names))
    # No ground of its own: what the terminal has stays.
    assert not re.search(r"\x1b\[(?:\d+;)*(?:4[0-8]|10[0-7])(?:;\d+)*m", re.sub(r"38;[25];\d+", "", written))


def test_numbers_stay_whole_while_columns_go_and_rows_stack() -> None:
    columns = [
        Column("task"),
        Column("source", goes=1),
        Column("eta", is_number=True),
        Column("unit", goes=2),
    ]
    rows = [
        Row(["arc_challenge", "olmo_ladder", "2.708 [2.693, 2.723]", "nats per token"]),
        Row(["mmlu", "kempner", "3.880", "nats per token"]),
    ]
    for width in (100, 60, 44, 36, 28):
        out = Console(width=width, record=True, force_terminal=False, file=io.StringIO())
        print_table(out, columns, rows)
        said = out.export_text()
        assert "2.708 [2.693, 2.723]" in said, width
        assert all(cell_len(line) <= width for line in said.splitlines()), width
        if width == 44:
            assert "not shown: source" in " ".join(said.split())
            assert "unit nats per token for all" in " ".join(said.split())
        if width == 28:
            assert "arc_challenge · olmo_ladder" in " ".join(said.split())


def test_a_column_stays_where_it_alone_tells_rows_apart_and_says_what_it_is_where_it_is_shown() -> None:
    columns = [
        Column("task", is_key=True),
        Column("shots", is_number=True, goes=1, is_key=True),
        Column("score", is_number=True),
        Column("above", is_number=True, goes=2, says="points over chance"),
    ]

    def shown(*shots: str) -> str:
        rows = [Row(["arc_challenge", n, "0.528", f"+{place}"]) for place, n in enumerate(shots)]
        out = Console(width=29, record=True, force_terminal=False, file=io.StringIO())
        print_table(out, columns, rows)
        return " ".join(out.export_text().split())

    assert "task score above" in shown("5", "5")
    assert "above: points over chance; for want of width not shown: shots 5 for all" in shown("5", "5")
    assert "task shots score" in shown("0", "5")
    assert "points over chance" not in shown("0", "5")


def test_a_colour_goes_with_the_column_whose_words_it_shows() -> None:
    columns = [Column("task"), Column("verdict", goes=1, is_shown_by_style=True)]
    for verdicts, width, is_coloured in (
        (("sharp", "gradual"), 40, True),
        (("sharp", "gradual"), 12, False),
        (("sharp", "sharp"), 12, True),
    ):
        out = Console(file=io.StringIO(), width=width, force_terminal=True, color_system="256")
        print_table(out, columns, [Row(["long_task", verdict], GOOD) for verdict in verdicts])
        assert ("38;5;28" in out.file.getvalue()) is is_coloured  # type: ignore[attr-defined]


def test_numbers_are_said_as_a_person_would() -> None:
    assert [probability(p) for p in (None, 4.3e-7, 0.001, 0.0421, 0.9999, 1.0)] == [
        *("", "<0.001", "0.001"),
        *("0.042", ">0.999", ">0.999"),
    ]
    cells = (0.0, -0.0, 0.25, 94180872.74395806, 2e12, 2.7182818284, 3, True, float("nan"), None)
    told = ("0", "0", "0.25", "94180873", "2000000000000", "2.71828", "3", "true", "nan", "")
    assert tuple(written(cell) for cell in cells) == told


def test_text_is_broken_between_words_and_long_names_after_a_separator() -> None:
    assert list(wrapped("of arc_challenge, in all", 14)) == ["of", "arc_challenge,", "in all"]
    assert list(wrapped("gadre/arc_easy/rc/acc/-", 16)) == ["gadre/arc_easy/", "rc/acc/-"]
    assert list(wrapped("held in 100 %, all", 11)) == ["held in", "100 %, all"]
    assert list(wrapped("so far; * beyond", 9)) == ["so far;", "* beyond"]


def test_what_a_mark_means_is_said_where_its_column_stands() -> None:
    row = dict.fromkeys(("task", "format", "metric", "source"), "a") | {
        "n_shot": 0, "score": 0.5, "low": 0.4, "high": 0.6, "measured_coverage": 0.9, "n_runs_near": 3,
        "chance": 0.25, "chance_disputed": False, "p_above_chance": 0.9, "loss_at_2_points": 2.0,
        "verdict": "sharp", "extrapolated": False, "is_larger": True,
    }  # fmt: skip

    def said(width: int) -> str:
        out = Console(width=width, record=True, force_terminal=False, file=io.StringIO())
        _print_rows(out, pl.DataFrame([row, {**row, "task": "b", "measured_coverage": 0.8}]))
        return out.export_text()

    assert "largest sizes left out" in " ".join(said(200).split())
    assert "held" in said(200).splitlines()[0]
    assert "held" not in said(60).splitlines()[0]
    assert "largest sizes" not in said(60)


def test_a_summary_of_nothing_that_departs_explains_no_departure() -> None:
    class Nothing:
        def ask(self, name: str) -> pl.DataFrame:
            return pl.DataFrame(schema=dict.fromkeys([*GROUP, "loss_at_2_points"], pl.Float64))

        def rows(self, name: str) -> list[dict[str, object]]:
            return []

    out = Console(width=80, record=True, force_terminal=False, file=io.StringIO())
    print_front(out, Nothing())  # type: ignore[arg-type]
    assert "departs at" not in out.export_text()


def _luminance(colour: int) -> float:
    if colour >= 232:
        rgb = [8 + 10 * (colour - 232)] * 3
    else:
        level = (0, 95, 135, 175, 215, 255)
        place = colour - 16
        rgb = [level[place // 36], level[place // 6 % 6], level[place % 6]]
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_a_name_before_a_gap_is_a_column() -> None:
    out = Console(width=30, record=True, force_terminal=False, file=io.StringIO())
    say(out, "  eta      3.19 [3.15, 3.26], the curve of power 1")
    say(out, "  plain words that take more than one line")
    assert out.export_text().splitlines() == [
        "  eta      3.19 [3.15, 3.26],",
        "           the curve of power",
        "           1",
        "  plain words that take more",
        "    than one line",
    ]


def test_every_hue_keeps_its_distance_from_white_and_from_black() -> None:
    styles = [GREY, GOOD, BAD, WARNING, *(word.style for word in words("verdict").values())]
    hues = [int(found) for style in styles for found in re.findall(r"color\((\d+)\)", style)]
    for hue in {*hues, *(mark.hue for mark in LINES.values()), POINTS}:
        light = _luminance(hue)
        assert 1.05 / (light + 0.05) >= 3.9, hue
        assert (light + 0.05) / 0.05 >= 3.8, hue
    named = [style for style in styles if style and "color(" not in style]
    assert named == []
    text = files("pipelines.sources").joinpath("facts", "vocabulary.csv").read_text("utf-8")
    assert "dim" not in {row["style"] for row in csv.DictReader(text.splitlines())}


def test_where_one_training_carries_the_sharp_verdicts_it_is_said() -> None:
    mine = {"source": "olmo", "models": "7B", "n_models": 1, "n_runs": 3, "n": 155, "n_all": 156}
    assert one_training([mine]).startswith(
        "155 of the 156 sharp verdicts rest on one model, 7B of olmo (3 runs"
    )
    assert one_training([{**mine, "n_all": 155, "n_runs": 1}]).startswith(
        "All 155 sharp verdicts rest on one"
    )
    assert one_training([{**mine, "n": 80}]) == ""
    assert one_training([{**mine, "n_models": 2}]) == ""
    assert one_training([]) == ""


def test_the_range_over_forms_is_said_where_it_is_wider() -> None:
    fit = {"eta": 2.7, "eta_low": 2.69, "eta_high": 2.72, "eta_by_form_min": 2.69, "eta_by_form_max": 2.86}
    assert over_forms(fit) == "2.69 to 2.86"
    assert over_forms({**fit, "eta_by_form_max": 2.70}) == ""
    assert over_forms({**fit, "eta": None}) == ""


def test_the_first_sentence_counts_what_departs() -> None:
    counts = [
        {"verdict": "sharp", "departs": True, "n": 1},
        {"verdict": "leaves_floor", "departs": True, "n": 2},
        {"verdict": "smooth", "departs": False, "n": 5},
    ]
    assert verdict_sentence(counts) == (
        "3 of 8 fits, each of a setting on one loss, leave their floor as loss falls: "
        "1 sharp, 2 leaves floor."
    )
