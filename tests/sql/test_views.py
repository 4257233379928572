"""Views and macros for the commonest questions, each asked of a few made-up rows."""

import math
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.release.database import create_macro
from pipelines.warehouse import catalog
from tests.tools.tiny import marts, score

Row = dict[str, object]
E, A, ALPHA, B, BETA = 1.7, 400.0, 0.34, 410.0, 0.28


def law(params: float, tokens: float) -> float:
    return E + A / params**ALPHA + B / tokens**BETA


@pytest.fixture
def asked() -> Iterator[duckdb.DuckDBPyConnection]:
    """One law of loss with two draws, and two curves of score given loss: one rises at 2.5, one lies at chance."""
    con = duckdb.connect()
    key = (
        "'s' as source, 'f' as family, 'c' as corpus, 'nats_per_token' as unit, 'c t' as comparability_group"
    )
    con.execute(
        f"create table loss_laws as select {key}, 'L(N,D)' as form, 'all' as points, {E} as irreducible_loss, "
        f"{A} as a, {ALPHA} as alpha, {B} as b, {BETA} as beta, 1e8 as params_min, 1e10 as params_max, "
        "0.001 as rmse, 1.5 as stretch, 'ok' as status"
    )
    con.execute(
        f"create table law_draws as select {key}, 'L(N,D)' as form, 'all' as points, draw, "
        f"ln({E} + (draw - 2) * 0.01) as log_irreducible_loss, ln({A}) as log_a, {ALPHA} as alpha, ln({B}) as log_b, "
        f"{BETA} as beta from unnest([0, 1, 2, 3]) as t(draw)"
    )
    con.execute(
        f"create table score_curves as select {key} exclude (family), task || '/rc' as series_id, task, 'rc' as format, "
        "'acc' as metric, 0 as n_shot, loss, if(task = 'rises' and loss < 2.5, 0.6, 0.25) as score, score - 0.05 as score_low, "
        "score + 0.05 as score_high, 0.03 as sd, 0.06 as sd_larger, 0.0 as lower_bound, 1.0 as upper_bound, "
        "score - 0.1 as score_low_larger, score + 0.1 as score_high_larger, "
        "7e9 as params_max, 0.25 as chance, loss < 2.2 as extrapolated, 12 as n_runs, false as circular "
        "from (select 2 + i / 100.0 as loss from range(200) as t(i)), unnest(['rises', 'flat', 'disputed']) as u(task)".replace(
            f"{key} exclude (family)", key.replace("'f' as family, ", "")
        ).replace("task = 'rises'", "task <> 'flat'")
    )
    con.execute(
        "create table task_chance as select 's' as source, 'disputed' as task, 'rc' as format, true as chance_disputed"
    )
    for macro in catalog.macros().values():
        create_macro(con, macro)
    yield con
    con.close()


def test_a_score_is_foretold_for_any_size_and_tokens(asked: duckdb.DuckDBPyConnection) -> None:
    query = "select loss, loss_low, loss_high, score, is_above_chance from forecast_at(7e9, 2e12) where task = 'rises'"
    [(loss, low, high, value, is_above)] = asked.sql(query).fetchall()
    assert loss == pytest.approx(law(7e9, 2e12))
    assert low < loss < high
    assert (float(value), is_above) == (0.6, True)
    [(value, is_above)] = asked.sql(
        query.replace("loss, loss_low, loss_high, ", "").replace("7e9, 2e12", "1e8, 1e10")
    ).fetchall()
    assert (float(value), is_above) == (0.25, False)


def test_the_interval_of_a_model_larger_than_all_behind_the_curve_is_that_of_a_new_size(
    asked: duckdb.DuckDBPyConnection,
) -> None:
    for params, is_larger, half in ((7e9, False, 0.05), (8e9, True, 0.1)):
        query = "select is_larger, score_low, score_high from forecast_at(?, 2e12) where task = 'rises'"
        [(larger, low, high)] = asked.execute(query, [params]).fetchall()
        assert larger is is_larger
        assert (float(low), float(high)) == pytest.approx((0.6 - half, 0.6 + half))


def test_the_loss_is_as_unsure_as_its_law_and_as_a_run_of_it(asked: duckdb.DuckDBPyConnection) -> None:
    [(loss, low, high)] = asked.sql(
        "select distinct loss, loss_low, loss_high from forecast_at(7e9, 2e12)"
    ).fetchall()
    # Draws 0.01 below and above the estimate: 95 of 100 in 0.0095, stretched by half again, in logs of the loss.
    strays = 1.959964 * 0.001 * loss
    assert loss - low == pytest.approx(
        math.hypot(loss - loss * ((loss - 0.0095) / loss) ** 1.5, strays), rel=1e-6
    )
    assert high - loss == pytest.approx(
        math.hypot(loss * ((loss + 0.0095) / loss) ** 1.5 - loss, strays), rel=1e-6
    )


def test_a_score_is_as_unsure_as_its_loss_where_the_curve_is_steep(asked: duckdb.DuckDBPyConnection) -> None:
    """Read between the rows of the grid, at 2.49 and 2.5 where the score falls from 0.6 to 0.25."""
    sizes = (10 ** (8 + k / 400) for k in range(800))
    size = next(params for params in sizes if abs(law(params, 2e12) - 2.497) < 0.0005)
    [(loss, before, after, score, low, high)] = asked.execute(
        "select loss, loss_low, loss_high, score, score_low, score_high from forecast_at(?, 2e12) where task = 'rises'",
        [size],
    ).fetchall()

    def curve(at: float) -> float:
        return 0.6 - 0.35 * min(max((at - 2.49) / 0.01, 0.0), 1.0)

    sd = (after - before) / (2 * 1.959964)
    assert float(score) == pytest.approx(curve(loss), abs=1e-6)
    growth = math.hypot(0.03, (curve(loss - sd) - curve(loss + sd)) / 2) / 0.03
    assert growth > 3
    assert float(high) - float(score) == pytest.approx(0.05 * growth, abs=1e-6)
    assert float(low) == pytest.approx(max(0.0, float(score) - 0.05 * growth), abs=1e-6)


def test_only_what_nobody_disputes_has_left_chance(asked: duckdb.DuckDBPyConnection) -> None:
    found = asked.sql("select task from tasks_above_chance(7e9, 2e12)").fetchall()
    assert found == [("rises",)]


def test_a_loss_that_no_curve_reaches_has_no_score(asked: duckdb.DuckDBPyConnection) -> None:
    assert law(1e6, 1e8) > 4.1
    found = asked.sql(
        "select distinct is_reached, score, is_above_chance, extrapolated from forecast_at(1e6, 1e8)"
    )
    assert found.fetchall() == [(False, None, False, True)]


def run(name: str, **cells: object) -> Row:
    place = {"run": name, "tokens": 10**9, "is_final": True, "params": 10**8, "place": name}
    return score(**(place | {"task_as_published": "piqa", "format": "rc", "n_items": 1000} | cells))


def view(name: str, rows: list[Row]) -> list[dict[str, object]]:
    with marts(rows) as con:
        found = con.sql(catalog.views()[name].text).pl().to_dicts()
    return found


def test_repeats_of_a_seed_show_their_spread_and_other_recipes_none() -> None:
    rows = [
        run("190M-1xC", value=0.60),
        run("190M-1xC-seed-1", value=0.62),
        run("190M-1xC-seed-1-init", value=0.64),
    ]
    rows += [run("190M-2xC", value=0.9), run("a-lr=1-seed=1", value=0.5), run("a-lr=2-seed=2", value=0.7)]
    [found] = view("seed_repeats", rows)
    assert (found["recipe"], found["n_seeds"]) == ("190M-1xC", 3)
    assert found["score_mean"] == pytest.approx(0.62)
    assert found["score_sd"] == pytest.approx(0.02)
    assert found["stderr"] == pytest.approx(sum(math.sqrt(p * (1 - p) / 1000) for p in (0.6, 0.62, 0.64)) / 3)


def test_signal_below_a_billion_needs_three_checkpoints_above_chance() -> None:
    small = [run(f"r{at}", value=0.6, params=10**8 * (at + 1), tokens=10**12) for at in range(3)]
    large = [run("large", value=0.9, params=10**10, tokens=10**12)]
    [found] = view("signal_below_1b", small + large)
    assert (found["n_runs"], found["n_above"], found["best_score"], found["has_signal"]) == (3, 3, 0.6, True)
    assert found["params_first_above"] == 10**8
    [found] = view("signal_below_1b", small[:2] + large)
    assert not found["has_signal"]


def test_losses_at_equal_tokens_take_the_nearest_checkpoint_of_each_run() -> None:
    rows: list[Row] = []
    for name, tokens in (("a", [0.97e9, 1.01e9, 1.5e9]), ("b", [1.04e9, 2.2e9])):
        for seen in tokens:
            cells = {
                "kind": "loss",
                "task_as_published": None,
                "format": None,
                "metric_as_published": None,
                "n_shot": None,
            }
            cells |= {
                "corpus_as_published": "c4",
                "unit": "nats_per_token",
                "tokens": int(seen),
                "value": 5 - seen / 1e9,
            }
            rows.append(run(name, place=f"{name} {seen}", **cells))
    found = view("losses_at_equal_tokens", rows)
    assert sorted((row["run_id"], row["tokens_asked"], row["tokens"]) for row in found) == [
        ("s/a", 1e9, 1_010_000_000),
        ("s/b", 1e9, 1_040_000_000),
    ]


def test_of_several_sizes_one_is_the_answer_to_believe_and_each_row_says_so_in_words() -> None:
    answers = [
        ("L(N)", "all", "ok", False),
        ("L(N,D)", "all", "ok", False),
        ("L(N,D)", "without_outliers", "ok", True),
        ("L(N,D)", "all", "tokens_follow_params", False),
    ]
    con = duckdb.connect()
    con.execute("create table facts_circular (corpus varchar, task varchar)")
    columns = catalog.models()["emergence_sizes"].head.columns
    numbers = [c for c in columns if c.startswith(("params", "tokens", "compute")) or c in ("eta", "p_never")]
    con.execute(
        "create table emergence_size_fits as select 'k' as series_id, 's' as source, 't' as task, 'rc' as format, 'acc' as metric, "
        "0 as n_shot, 'c' as corpus, 'u' as unit, 'g' as comparability_group, 'f' || (i // 3) as family, form, points, "
        "null::double as at_params, false as never, status as law_status, extrapolated, 'so' as reason, "
        + ", ".join(f"1.0 as {name}" for name in numbers)
        + " from (values "
        + ", ".join(f"({i}, '{f}', '{p}', '{s}', {e})" for i, (f, p, s, e) in enumerate(answers))
        + ") as t(i, form, points, status, extrapolated)"
    )
    rows = con.sql(catalog.models()["emergence_sizes"].text).pl().sort("family", "form", "points").to_dicts()
    assert [row["is_preferred"] for row in rows] == [False, False, True, True]
    assert rows[2]["which"].startswith("believe this one of 3")
    assert "without outliers points instead" in rows[0]["which"]
    assert "size alone" in rows[0]["which"]
    assert "outliers" in rows[1]["which"]
    assert rows[3]["which"].startswith("the only answer, from a law that the data do not identify")
