"""``emergence fit --plot``: the figure of one's own table, as the site draws a task."""

from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.own.task_table import read_table
from pipelines.reader.fit_figure import write_figure

COLUMNS = {"loss": "c4", "score": "mmlu", "run": "run", "n_items": None}
FOUND = {
    "smooth_form": None, "floor": 0.26, "chance": 0.25, "verdict": "gradual", "reason": "it rises",
    "loss_at_2_points": 2.5, "loss_at_2_points_low": 2.4, "loss_at_2_points_high": 2.6, "form": None,
    "eta": 2.45, "eta_low": 2.4, "eta_high": 2.5, "eta_by_form_min": 2.4, "eta_by_form_max": 2.55,
}  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text("c4,mmlu,run\n3.0,0.25,a\n2.5,0.27,a\n2.0,0.5,b\n")
    return path


def test_the_figure_shows_chance_floor_and_points(table: Path, tmp_path: Path) -> None:
    write_figure(
        tmp_path / "deep" / "out.svg", table, read_table(table)[0], COLUMNS, FOUND, higher_is_better=True
    )
    svg = (tmp_path / "deep" / "out.svg").read_text()
    assert svg.startswith("<svg")
    assert "chance" in svg
    assert "mmlu, scores.csv" in svg
    write_figure(tmp_path / "out.png", table, read_table(table)[0], COLUMNS, FOUND, higher_is_better=True)
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_another_ending_is_an_error(table: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        write_figure(tmp_path / "out.pdf", table, read_table(table)[0], COLUMNS, FOUND, higher_is_better=True)
