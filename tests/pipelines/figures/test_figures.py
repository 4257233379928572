"""Figures: every template compiles, and what is drawn are the rows of the tables."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from pipelines.assets.figure_metadata import fit_metadata
from pipelines.figures import (
    TEMPLATES,
    biases_figure,
    curve_figure,
    forest_figure,
    law_figure,
    size_figure,
    verdicts_figure,
)
from pipelines.figures.drawing import figure_of_fit
from pipelines.release.open_release import open_database

POINT = {
    "checkpoint": "a@1",
    "loss": 2.5,
    "score": 0.3,
    "params": 10**9,
    "tokens": 10**10,
    "compute_flop": 1e20,
}
POINTS = [{**POINT, "group": "g", "loss": 2.5 - i / 50, "params": 10**8 * (i + 1)} for i in range(20)]
FIT = {
    "eta": 2.4, "eta_low": 2.3, "eta_high": 2.5, "floor": 0.25, "chance": 0.25, "is_identified": True,
    "loss_at_2_points": 2.35, "loss_at_2_points_low": 2.3, "loss_at_2_points_high": 2.4,
    "verdict": "leaves_floor", "reason": "level, then risen",
}  # fmt: skip
CURVES = [{"line": "threshold curve", "place": i, "loss": 2.5 - i / 20, "score": 0.25} for i in range(8)]
DEPARTURES = [
    {**FIT, "label": f"task {i}", "href": "x.html", "departure": 2.4 - i / 10, "low": 2.2, "high": 2.5}
    for i in range(4)
]
FIGURES = {
    "curve": curve_figure(
        POINTS, FIT, CURVES, title="t", loss_title="loss", score_title="score", loss_domain=(2.1, 2.5)
    ),
    "size": size_figure(
        POINTS, "params", "parameters", "score", [{"value": 1e9, "low": 5e8, "high": 2e9}], 0.25
    ),
    "forest": forest_figure(
        DEPARTURES, title="t", loss_title="loss", published=[{"eta": 2.2, "text": "Du et al."}]
    ),
    "verdicts": verdicts_figure([{"source": "s", "verdict": "smooth", "n": 3}], title="t"),
    "biases": biases_figure(
        [{"group": "1B", "bias": 0.01, "low": 0.0, "high": 0.02, "runs": 3}], 0.01,
        title="t", group_title="parameters", bias_title="points",
    ),
    "law": law_figure(
        POINTS, [{"law": "l", "params": 1e8, "loss": 2.5}], [{"loss": 1.7}], title="t", loss_title="l"
    ),
}  # fmt: skip


def unfilled(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [name for value in node.values() for name in unfilled(value)]
    if isinstance(node, list):
        return [name for value in node for name in unfilled(value)]
    return [node] if isinstance(node, str) and node.startswith("$") else []


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_complete_and_compiles(name: str) -> None:
    spec = FIGURES[name].spec()
    assert not unfilled({key: value for key, value in spec.items() if key != "datasets"})
    vega = vl_convert.vegalite_to_vega(spec)
    assert vega["marks"]
    assert FIGURES[name].to_svg().startswith("<svg")
    assert FIGURES[name].to_png(scale=0.5).startswith(b"\x89PNG")


def test_every_template_has_a_figure() -> None:
    assert {f.template for f in FIGURES.values()} | {"curve_group", "panel"} == set(TEMPLATES)


@pytest.mark.parametrize("name", ["curve", "forest"])
def test_loss_falls_to_the_right(name: str) -> None:
    vega = vl_convert.vegalite_to_vega(FIGURES[name].spec())
    scale = next(scale for scale in vega["scales"] if scale["name"] == "x")
    assert scale["reverse"] is True


def test_markdown_carries_its_own_image() -> None:
    text = FIGURES["verdicts"].to_markdown()
    assert text.startswith("![how 3 fits divide over 1 verdicts](data:image/png;base64,iVBOR")


def test_the_points_of_a_figure_are_the_rows_of_the_table(release: Path) -> None:
    with open_database(release / "emergence.duckdb") as questions:
        fit = questions.rows("site/chosen_fits", task="hellaswag")[0]
        points = questions.ask("site/points", series_id=fit["series_id"])
        figure = figure_of_fit(fit, points, questions.rows("site/run_onsets"))
        rows = questions.con.execute(
            """select checkpoint_id, loss, score from loss_scores
            where series_id = ? order by all""",
            [fit["series_id"]],
        ).fetchall()
    drawn = sorted((p["checkpoint"], p["loss"], p["score"]) for p in figure.rows["points"])
    assert drawn == rows
    lines = {"monotone fit" if fit["eta"] is None else "threshold curve", "smooth rival"}
    assert {row["line"] for row in figure.rows["curves"]} == lines


def test_dagster_carries_the_same_figures(release: Path) -> None:
    fits = pl.read_parquet(release / "tables" / "thresholds.parquet")
    assert set(fit_metadata(fits.with_columns(verdict=pl.lit("smooth")))) == {"verdicts"}
    leaving = fits.with_columns(
        verdict=pl.lit("leaves_floor"),
        loss_at_2_points=pl.lit(2.2),
        loss_at_2_points_low=pl.lit(2.1),
        loss_at_2_points_high=pl.lit(2.3),
    )
    shown = fit_metadata(leaving)
    drawn = {f"departure losses of {source}" for source in fits["source"].unique()}
    assert "departure losses of cerebras_gpt" in set(shown) <= {"verdicts"} | drawn
    assert all("data:image/png;base64," in str(value.value) for value in shown.values())
