"""Laws asked again from their rows: the same losses, the same sizes, at one rule of tokens."""

import numpy as np
import polars as pl
import pytest

import emergence
from emergence.laws.law import DRAW_SCHEMA, law_draws, read_law
from emergence.laws.planned_models import (
    best_laws,
    fit_emergence_sizes,
    larger_models,
    matched_points,
    plan_losses,
)

ETA = 2.15
KEYS = ["source", "family", "corpus"]


def points(multiples: tuple[float, ...] = (1.0, 5.0)) -> pl.DataFrame:
    """A family whose sizes were each trained at several multiples of 20 tokens a parameter."""
    rng = np.random.default_rng(1)
    rows = []
    for size in np.geomspace(1e8, 1e10, 8):
        for m in multiples:
            tokens = 20 * m * size
            loss = (1.8 + 480 / size**0.35 + 2000 / tokens**0.37) * np.exp(rng.normal(0, 0.001))
            rows.append((f"r{size:.0f}-{m}", size, tokens, loss, "final", m))
    frame = pl.DataFrame(
        rows, schema=["run_id", "params", "tokens", "loss", "position", "multiple"], orient="row"
    )
    names = {"source": "s", "family": "f", "corpus": "c"}
    return frame.with_columns(**{k: pl.lit(v) for k, v in names.items()})


@pytest.fixture(scope="module")
def tables() -> tuple[pl.DataFrame, pl.DataFrame, dict]:  # type: ignore[type-arg]
    table, laws = emergence.fit_loss_laws(points(), KEYS, replicates=80, rng=np.random.default_rng(0))
    draws = [
        law_draws(law).with_columns(
            *(pl.lit(v).alias(k) for k, v in zip([*KEYS, "form", "points"], key, strict=True))
        )
        for key, law in laws.items()
        if law.fitted
    ]
    return table, pl.concat(draws), laws


def test_a_law_of_size_is_fitted_at_one_rule_of_tokens() -> None:
    both = matched_points(points(), KEYS)
    assert both["token_rule"].unique().to_list() == ["20 tokens a parameter"]
    assert both.height == 8
    once = matched_points(points((5.0,)), KEYS)
    assert once["token_rule"].unique().to_list() == ["as trained"]
    one_size_more = pl.concat([points((5.0,)), points().filter(pl.col("multiple") == 1).head(1)])
    assert matched_points(one_size_more, KEYS)["token_rule"][0] == "100 tokens a parameter"
    none = points().with_columns(multiple=pl.lit(None, pl.Float64))
    assert matched_points(none, KEYS).is_empty()


def test_a_law_read_back_says_the_same(tables: tuple[pl.DataFrame, pl.DataFrame, dict]) -> None:  # type: ignore[type-arg]
    table, draws, laws = tables
    for row in table.iter_rows(named=True):
        law = laws[tuple(row[k] for k in (*KEYS, "form", "points"))]
        mine = draws.filter(pl.col("form") == row["form"], pl.col("points") == row["points"])
        again = read_law(row, mine)
        tokens = 2e11 if row["form"] == "L(N,D)" else None
        assert again.loss(2e10, tokens) == pytest.approx(law.loss(2e10, tokens))
        assert again.interval("irreducible_loss") == pytest.approx(law.interval("irreducible_loss"))
    assert set(DRAW_SCHEMA) <= set(draws.columns)


def test_larger_models_get_the_loss_of_the_law(tables: tuple[pl.DataFrame, pl.DataFrame, dict]) -> None:  # type: ignore[type-arg]
    table, draws, _ = tables
    plans = larger_models(points(), KEYS)
    assert plans["scenario"].to_list() == [f"f, {k} × the largest" for k in (2, 5, 10)]
    assert (plans["tokens"] / plans["params"]).to_list() == pytest.approx([100, 100, 100])
    told = plan_losses(plans, table, draws, KEYS)
    truth = 1.8 + 480 / told["params"] ** 0.35 + 2000 / told["tokens"] ** 0.37
    assert told["form"].unique().to_list() == ["L(N,D)"]
    assert told["loss"].to_numpy() == pytest.approx(truth.to_numpy(), abs=0.02)
    assert ((told["loss_low"] <= truth) & (truth <= told["loss_high"])).all()
    assert plan_losses(plans, table.with_columns(status=pl.lit("bad")), draws, KEYS).is_empty()
    assert best_laws(table, draws, KEYS)[("s", "f", "c")][1].form == "L(N,D)"


def test_sizes_of_emergence_follow_the_law(tables: tuple[pl.DataFrame, pl.DataFrame, dict]) -> None:  # type: ignore[type-arg]
    table, draws, _ = tables
    sizes = np.geomspace(1e8, 1e11, 20001)
    tokens = (2000 / np.maximum(ETA - 1.8 - 480 / sizes**0.35, 1e-12)) ** (1 / 0.37)
    best = int(np.argmin(sizes * tokens))
    thresholds = pl.DataFrame(
        {"task": ["a", "b"], "source": "s", "corpus": "c", "eta": [ETA, 1.2]}
    ).with_columns(eta_low=pl.col("eta") - 0.001, eta_high=pl.col("eta") + 0.001)
    found = fit_emergence_sizes(
        thresholds,
        table.filter(pl.col("form") == "L(N,D)"),
        draws,
        ["source", "task", "corpus"],
        at=["source", "corpus"],
        rng=np.random.default_rng(0),
    )
    assert found["family"].unique().to_list() == ["f"]
    a = found.filter(pl.col("task") == "a", pl.col("at_params").is_null()).row(0, named=True)
    assert a["params"] == pytest.approx(sizes[best], rel=0.15)
    assert a["params_low"] < sizes[best] < a["params_high"]
    assert a["tokens"] == pytest.approx(tokens[best], rel=0.15)
    assert not a["never"]
    b = found.filter(pl.col("task") == "b")
    assert b["never"].all()
    assert b["p_never"].min() > 0.95


def test_a_law_of_too_few_runs_is_kept_and_neither_foretells_nor_gives_a_size() -> None:
    four = matched_points(points((1.0,)), KEYS).sort("params").gather_every(2)
    table, laws = emergence.fit_loss_laws(
        four, KEYS, forms=("L(N)",), replicates=80, rng=np.random.default_rng(0)
    )
    draws = pl.concat(
        law_draws(law).with_columns(
            *(pl.lit(v).alias(k) for k, v in zip([*KEYS, "form", "points"], key, strict=True))
        )
        for key, law in laws.items()
    )
    assert table["status"].unique().to_list() == ["too_few_runs"]
    assert table["irreducible_loss"].null_count() == 0
    assert plan_losses(larger_models(points((1.0,)), KEYS), table, draws, KEYS).is_empty()
    thresholds = pl.DataFrame(
        {"task": ["a"], "source": "s", "corpus": "c", "eta": [ETA], "eta_low": [ETA], "eta_high": [ETA]}
    )
    at, rng = ["source", "corpus"], np.random.default_rng(0)
    assert fit_emergence_sizes(
        thresholds, table, draws, ["source", "task", "corpus"], at=at, rng=rng
    ).is_empty()
