"""Figures: every template compiles, and what is drawn are the rows of the tables."""

import sys
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
import vl_convert

from emergence.threshold.palette import DOTS, NEUTRAL, OWN, RIVAL, THRESHOLD
from pipelines.assets.figure_metadata import MOST_ROWS, fit_metadata
from pipelines.figures import (
    TEMPLATES,
    biases_figure,
    curve_figure,
    forest_figure,
    law_figure,
    size_figure,
    verdicts_figure,
)
from pipelines.figures.drawing import KEPT, _where_lines_bend, figure_of_fit
from pipelines.figures.renderer import FigureError, Renderer
from pipelines.figures.slide import slide_figure
from pipelines.release.open_release import open_database
from pipelines.vocabulary import words

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
SLIDE = [{**row, "form_low": 2.1, "form_high": 2.6, "is_one_model": True} for row in DEPARTURES]
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
    "slide": slide_figure(
        [{"format": "answer letter", "loss": 2.5, "score": 0.3}], [], SLIDE, [], 0.25,
        curve_title="t", dumbbell_title="d", loss_title="l",
    ),
    "slide_dumbbells": slide_figure([], [], SLIDE, [], None, curve_title="", dumbbell_title="d", loss_title="l"),
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


STAND_IN = """
import json, os, sys, time
for line in sys.stdin:
    label = json.loads(line)["description"]
    if label == "crash": os._exit(9)
    if label == "hang": time.sleep(60)
    print(json.dumps({"error": "no"} if label == "wrong" else {"svg": f"<svg>{label}</svg>", "png": ""}), flush=True)
"""


def test_a_crash_of_the_drawing_program_costs_one_figure() -> None:
    with Renderer((sys.executable, "-c", STAND_IN), patience=0.5) as renderer:
        for label, told in (("crash", "exit code 9"), ("wrong", "no"), ("hang", "exit code -9")):
            with pytest.raises(FigureError, match=told):
                renderer.draw({"description": label})
            assert renderer.draw({"description": "next"}).svg == "<svg>next</svg>"


def test_names_of_any_letters_give_pictures_that_can_be_read() -> None:
    odd = "a\x00b\x08\x1b[31m <&> \u202e 日本 e\u0301 \ufffe"
    rows = [{**row, "label": f"{odd} {place}"} for place, row in enumerate(DEPARTURES)]
    figure = forest_figure(rows, title=odd, loss_title=odd)
    with Renderer() as renderer:
        images = figure.images(renderer)
    texts = "".join(ElementTree.fromstring(images.svg).itertext())
    assert "日本" in texts
    assert images.png.startswith(b"\x89PNG")


def test_rows_of_a_forest_stand_in_their_order_though_some_alone_have_a_range() -> None:
    rows = [
        {**row, "form_low": 2.2 if at == 2 else None, "form_high": 2.5} for at, row in enumerate(DEPARTURES)
    ]
    drawn = ElementTree.fromstring(forest_figure(rows, title="t", loss_title="l").to_svg())
    texts = [text for text in drawn.iter("{http://www.w3.org/2000/svg}text") if "task " in str(text.text)]
    height = {str(text.text): float(text.attrib["transform"].split(",")[1].rstrip(")")) for text in texts}
    assert sorted(height, key=height.__getitem__) == [row["label"] for row in rows]


def test_every_template_has_a_figure() -> None:
    assert {f.template for f in FIGURES.values()} | {"curve_group", "panel", "slide_curves"} == set(TEMPLATES)


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


def luminance(colour: str) -> float:
    return float(linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


def linear(colour: str) -> Any:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def oklab(rgb: Any) -> Any:
    """A colour where equal distances look equally far (Ottosson 2020)."""
    return np.cbrt(np.clip(LMS @ rgb, 0, None)) @ LAB.T


LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
EYES = {  # Machado, Oliveira and Fernandes 2009, in full severity
    "usual": np.eye(3),
    "protan": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deutan": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritan": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
DARK = "#12151a"


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("eyes", EYES)
def test_every_two_verdicts_differ_to_every_eye(eyes: str) -> None:
    seen = {
        name: oklab(np.clip(EYES[eyes] @ linear(word.colour), 0, 1))
        for name, word in words("verdict").items()
    }
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.075, (one, other)


def test_verdicts_differ_without_colour_and_stand_out_on_both_grounds() -> None:
    known = words("verdict").values()
    assert len({word.mark for word in known}) == len(known)
    for word in known:
        assert min(ratio(word.colour, "#ffffff"), ratio(word.colour, DARK)) >= 3, word.value


@pytest.mark.parametrize("colour", [THRESHOLD, RIVAL, NEUTRAL, OWN, DOTS])
def test_lines_and_dots_stand_out_on_both_grounds(colour: str) -> None:
    assert min(ratio(colour, "#ffffff"), ratio(colour, DARK)) >= 3


def test_a_sharp_rise_is_drawn_sharp() -> None:
    loss = np.linspace(3.0, 2.0, 400)
    score = np.where(loss < 2.5, 0.8, 0.2)
    kept = _where_lines_bend(loss, [score])
    assert kept[0] == 0
    assert kept[-1] == 399
    assert kept.size == KEPT
    rise = np.flatnonzero(np.diff(score[kept]))
    assert rise.size == 1
    assert loss[kept[rise[0]]] - loss[kept[rise[0] + 1]] < 0.003


def test_points_at_the_edge_are_whole() -> None:
    vega = vl_convert.vegalite_to_vega(FIGURES["curve"].spec())
    paddings = {scale["name"]: scale.get("padding", 0) for scale in vega["scales"]}
    assert min(paddings["x"], paddings["y"]) >= 6


def test_the_range_over_forms_stands_beside_the_interval() -> None:
    fit = FIT | {"eta_by_form_min": 2.1, "eta_by_form_max": 2.6}
    (row,) = curve_figure(
        POINTS, fit, CURVES, title="t", loss_title="l", score_title="s", loss_domain=(2.1, 2.5)
    ).rows["etas"]
    assert (row["form_low"], row["form_high"]) == (2.1, 2.6)
    assert row["text"] == "η 2.40 [2.30, 2.50]; over forms 2.10 to 2.60"


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


def test_dagster_s_figure_of_many_fits_keeps_the_sharp_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[list[dict[str, Any]]] = []
    monkeypatch.setattr(
        "pipelines.assets.figure_metadata.forest_figure",
        lambda rows, **_: taken.append(rows) or FIGURES["verdicts"],
    )
    many = pl.DataFrame(
        {
            "verdict": ["gradual"] * 100 + ["sharp"] * 5,
            "loss_at_2_points": [3.0 - place / 100 for place in range(105)],
            "n_shot": [5] * 105,
            "task": [f"task {place}" for place in range(105)],
        }
    ).with_columns(
        *(pl.lit(name).alias(name) for name in ("source", "corpus", "unit", "format", "metric", "reason")),
        *(pl.lit(2.0).alias(name) for name in ("eta", "loss_at_2_points_low", "loss_at_2_points_high")),
    )
    fit_metadata(many)
    assert len(taken[0]) == MOST_ROWS
    assert sum(row["verdict"] == "sharp" for row in taken[0]) == 5
    assert [row["departure"] for row in taken[0]] == sorted(
        (row["departure"] for row in taken[0]), reverse=True
    )
