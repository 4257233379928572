"""Pages of laws, claims, sizes and sufficiency appear once a release holds their tables."""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import vl_convert

from emergence.claims.judge import CLAIM_SCHEMA
from emergence.given_loss.sufficiency import SUFFICIENCY_SCHEMA
from emergence.laws.emergence_size import SIZE_SCHEMA
from emergence.laws.law import LAW_SCHEMA
from emergence.universality.common_threshold import UNIVERSALITY_SCHEMA
from pipelines.keys import SERIES, SERIES_ID
from pipelines.release.open_release import open_database
from pipelines.site import columns
from pipelines.site.laws import law_figures
from tests.tools.site_pages import Page, built, one_source, read_script

LAW = {
    "form": "L(N)", "points": "all", "irreducible_loss": 1.2, "irreducible_loss_low": 1.0,
    "irreducible_loss_high": 1.4, "n0": 1e8, "alpha_n": 0.2, "params_min": 1e8, "params_max": 1e10,
    "rmse": 0.01, "n": 7, "n_runs": 7, "status": "ok", "reason": "seven <sizes>",
}  # fmt: skip
FULL_LAW = LAW | {"form": "L(N,D)", "a": 400.0, "alpha": 0.34, "b": 410.0, "beta": 0.28}
SIZE = {
    "form": "L(N)", "points": "all", "eta": 2.2, "params": 2e9, "params_low": 1e9, "params_high": 5e9,
    "never": False, "p_never": 0.01, "law_status": "ok", "reason": "law reaches it",
}  # fmt: skip
BIAS = {"factor": "params", "level": "1e9", "bias": 0.02, "bias_low": 0.01, "bias_high": 0.03, "runs": 4}
SUFFICIENT = {"margin": 0.01, "sufficient": False, "status": "ok", "reason": "size matters"}
BIAS_SCHEMA = {name: pl.Float64 if "bias" in name else pl.String for name in BIAS} | {"runs": pl.Int64}
CLAIM = {
    "claim_id": "du_threshold", "source": "cerebras_gpt", "statistic": "share", "value": 0.5, "low": 0.2,
    "high": 0.8, "n": 7, "verdict": "supported", "reason": "half of them",
}  # fmt: skip
UNIVERSAL = {"n_tasks": 5, "eta_common": 2.3, "verdict": "not universal", "against_published": "contains 2.2"}


def frame(rows: list[dict[str, Any]], schema: dict[str, Any], **keys: Any) -> pl.DataFrame:
    whole = {**dict.fromkeys(keys, pl.String), **schema}
    if "n_shot" in keys:
        whole["n_shot"] = pl.Int64
    return pl.DataFrame([{**keys, **row} for row in rows], schema=whole)


@pytest.fixture(scope="module")
def database(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded release with one made-up row or two in each table of consequences."""
    copy = tmp_path_factory.mktemp("consequences") / "whole.duckdb"
    one_source(release / "emergence.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        fit = con.sql(
            "select * from thresholds where source = 'cerebras_gpt' and task = 'hellaswag' "
            "order by r2_isotonic desc, n_shot limit 1"
        ).pl().to_dicts()[0]  # fmt: skip
        fit_key = {key: fit[key] for key in (SERIES_ID, *SERIES)}
        axis = {key: fit[key] for key in ("source", "corpus", "unit", "comparability_group")}
        tables = {
            "loss_laws": frame([LAW, FULL_LAW], LAW_SCHEMA, family="Cerebras-GPT", **axis),
            "emergence_sizes": frame([SIZE], SIZE_SCHEMA, **fit_key),
            "sufficiency": frame([SUFFICIENT], SUFFICIENCY_SCHEMA, **fit_key),
            "sufficiency_groups": frame([BIAS], BIAS_SCHEMA, **fit_key),
            "claims": frame(
                [CLAIM],
                CLAIM_SCHEMA,
                statement="It stays at <chance>.",
                authors_year="They 2024",
                citation="arXiv",
                test="t",
            ),
            "universality": frame([UNIVERSAL], UNIVERSALITY_SCHEMA, **axis),
        }
        for name, rows in tables.items():
            con.execute(f'drop table if exists "{name}" cascade')
            con.register("made", rows.to_arrow())
            con.execute(f'create table "{name}" as select * from made')
    return copy


def test_pages_appear_with_their_tables(database: Path, tmp_path: Path) -> None:
    site = built(database, tmp_path)
    assert "It stays at <chance>." in "".join(Page(site / "claims.html").text)
    assert "0.5 [0.200, 0.800]" in "".join(Page(site / "claims.html").text)
    assert "seven <sizes>" in "".join(Page(site / "laws.html").text)
    task = "".join(Page(site / "task" / "hellaswag.html").text)
    assert "size matters" in task
    assert "law reaches it" in task
    assert {"claims.html", "laws.html"} <= set(Page(site / "index.html").references)
    assert "published 2.2 is a loss on another text" not in (site / "index.html").read_text()
    series = read_script(site / "data" / "task-hellaswag.js")[2]["series"]
    sizes = [size for one in series for fit in one["fits"] for size in fit.get("sizes", [])]
    assert sizes == [{"x": "params", "value": 2e9, "low": 1e9, "high": 5e9}]


def test_laws_are_drawn_from_their_parameters(database: Path) -> None:
    with open_database(database, partial=True) as questions:
        figures = law_figures(questions)
    assert len(figures) == 2
    for labelled in figures:
        assert vl_convert.vegalite_to_vega(labelled.figure.spec())["marks"]
    drawn = {f.label.split(": ")[1]: f.figure.rows["laws"] for f in figures}
    first, last = drawn["L(N), all"][0], drawn["L(N), all"][-1]
    assert (first["params"], first["loss"]) == (pytest.approx(1e8), pytest.approx(1.2 + 1))
    assert (last["params"], last["loss"]) == (pytest.approx(1e10), pytest.approx(1.2 + 100**-0.2))
    full = drawn["L(N,D), all"][0]["loss"]
    assert full == pytest.approx(1.2 + 400 / 1e8**0.34 + 410 / 2e9**0.28)


def test_the_columns_that_pages_show_are_columns_of_the_fits() -> None:
    known = {*SERIES, "family", "study", "scenario", "task"}
    for shown, schema in (
        (columns.LAWS, LAW_SCHEMA),
        (columns.SIZES, SIZE_SCHEMA),
        (columns.UNIVERSALITY, UNIVERSALITY_SCHEMA),
    ):
        assert set(columns.names(shown)) <= known | set(schema)
    assert set(columns.OF_A_LAW) <= set(LAW_SCHEMA)
