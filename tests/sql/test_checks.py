"""Every check passes on sound tables, fails on broken ones, and passes on the published tables."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.intake.facts import read_facts
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Model
from pipelines.warehouse.checks import Check, all_checks, grain_checks
from pipelines.warehouse.connect import connect
from pipelines.warehouse.heads import parse_head
from tests.tools.built import Built
from tests.tools.tiny import BREAKS, marts, observation, score

CHECKS = {check.name: check for check in all_checks()}
MODELS = catalog.models()
OF_FITS = {
    name
    for name, check in CHECKS.items()
    if any(p in MODELS and MODELS[p].room in ("fits", "reports") for p in check.parents)
    and not any(p in MODELS and MODELS[p].head.is_internal for p in check.parents)
}
INTERNAL = {
    name
    for name, check in CHECKS.items()
    if any(p in MODELS and MODELS[p].head.is_internal and MODELS[p].room == "fits" for p in check.parents)
}
OF_MARTS = sorted(set(CHECKS) - OF_FITS - INTERNAL)
SOURCE = {"source": "s", "status": "ok", "title": "t", "redistribute": True}
FILE = {"source": "s", "version": "1", "file": "f.csv", "bytes": 1}
BROKEN = {
    "aggregates_of_unlike_size": "update scores set is_aggregate = true, n_items = 100 + length(checkpoint_id)",
    "chance_unknown": "update scores set chance = null, task = 'piqa'",
    "checkpoints_orphan": "delete from runs where run_id = 's/r'",
    "checkpoints_out_of_range": "update runs set params = -1",
    "claims_unanswered": "delete from claims where claim_id = 'du_threshold'",
    "circular_unmarked": "update loss_scores set unit = 'nats_per_last_word', task = 'lambada', circular = false",
    "departures_after_onsets": """
        insert into onsets (series_id, run_id, rule, loss_after)
            select series_id, 'r', 'plus_8_points', loss_max from thresholds;
        update thresholds set loss_at_2_points_above_chance_high = loss_min""",
    "final_checkpoints_doubled": "update checkpoints set is_final = true",
    "floors_off": "update thresholds set eta = loss_min, eta_high = loss_min, floor_low = 2, floor_high = 3",
    "intervals_disordered": "update score_curves set score_high = score_low - 1",
    "kept_losses_lost": "delete from losses where checkpoint_id = 's/r@100'",
    "kept_scores_lost": "insert into scores select * from scores limit 1",
    "loss_scores_too_far": "update loss_scores set loss_tokens_gap = 3",
    "losses_of_unknown_unit": "update losses set unit = 'bananas'",
    "losses_orphan": "delete from corpora",
    "losses_out_of_range": "update losses set loss_low = loss + 1",
    "own_newest_fell": """
        update checkpoints set source = 'own';
        insert into forecasts
            (scenario, source, task, format, metric, n_shot, tokens, score, score_low, extrapolated, circular)
            select run_id, 's', task, format, metric, n_shot, tokens, score + 0.5, score + 0.49, false, false
            from scores join checkpoints using (checkpoint_id, run_id)
            where metric = 'acc' and tokens > 0 limit 1""",
    "scores_orphan": "delete from tasks where task = 'piqa'",
    "scores_out_of_range": "update scores set score = 1.5",
    "source_failed": "update sources set status = 'stale'",
    "staged_values_lost": "insert into observations select * from observations limit 1",
    "tokens_not_monotone": "update checkpoints set tokens = 100",
    "undeclared_rejects": "insert into rejects (source, file, place, rule) values ('s', 'f.csv', 'row 9', 'odd')",
    "words_outside_vocabulary": "update thresholds set verdict = 'unheard_of'",
    "units_pooled": "update losses set comparability_group = 'one', unit = 'n' || length(checkpoint_id)",
}


def broken(check: Check) -> str:
    """Return a statement that breaks what a check guards; a grain breaks when a row of nothing known stands twice."""
    relation = check.name.removesuffix("_grain")
    doubled = f"insert into {relation} select {relation}.* from range(2) left join {relation} on false"
    return doubled if check.name.endswith("_grain") else BROKEN[check.name]


def everything(*extra: dict[str, object]) -> duckdb.DuckDBPyConnection:
    """Every mart, made of two runs with three checkpoints and the ``extra`` values, by the real SQL."""
    rows = [*extra]
    for run, params in (("r", 1_000_000), ("r2", 2_000_000)):
        for step, tokens in enumerate((100, 1000, 10000)):
            place = {"run": run, "step": step, "tokens": tokens, "params": params, "place": f"{run} {step}"}
            place["model"] = f"model {run}"
            rows.append(observation(**place, value=4.0 - step / 2, is_final=tokens == 10000))
            named = {"task_as_published": "piqa", "format": "rc", "is_final": tokens == 10000}
            rows.append(score(**place, **named, value=0.5 + step / 20))
    return marts(rows, {"sources": [SOURCE], "files": [FILE]})


def copy(run: str, n_shot: int) -> dict[str, object]:
    """One of the values that two runs show alike at their second checkpoint."""
    place = {"run": run, "step": 1, "tokens": 1000, "place": f"{run} {n_shot}", "file": f"{run}.json"}
    return score(**place, task_as_published="piqa", format="mc", n_shot=n_shot, value=0.5)


@pytest.fixture
def sound() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every mart, made of sound values alone, though one file shows what another run does."""
    with everything(*(copy(run, k) for run in ("r", "r2") for k in range(10))) as con:
        yield con


@pytest.mark.parametrize(("row", "rule"), [*BREAKS, (score(step=9, tokens=5), "tokens_out_of_order")])
def test_a_value_that_is_rejected_blocks_nothing(row: dict[str, object], rule: str) -> None:
    with everything(row | {"run": row["run"] and "r"}) as con:
        assert rule in {found for (found,) in con.sql("select rule from rejects").fetchall()}
        broken = [
            name for name in OF_MARTS if CHECKS[name].is_blocking and con.sql(CHECKS[name].text).fetchall()
        ]
    assert broken == []


@pytest.mark.parametrize("name", OF_MARTS)
def test_a_check_passes_on_sound_tables_and_fails_on_broken_ones(
    sound: duckdb.DuckDBPyConnection, name: str
) -> None:
    check = CHECKS[name]
    assert sound.sql(check.text).fetchall() == []
    sound.execute(broken(check))
    assert sound.sql(check.text).fetchall()


def tables_of(release: Path, check: Check) -> duckdb.DuckDBPyConnection:
    """The tables of a release that a check reads, in memory."""
    con = duckdb.connect()
    for parent in check.parents:
        if parent.startswith("facts_"):
            con.from_arrow(read_facts(parent.removeprefix("facts_")).to_arrow()).create(parent)
        else:
            con.read_parquet(str(release / "tables" / f"{parent}.parquet")).create(parent)
    return con


@pytest.mark.parametrize("name", sorted(OF_FITS))
def test_a_check_of_fits_passes_on_a_release_and_fails_on_a_broken_one(release: Path, name: str) -> None:
    check = CHECKS[name]
    with tables_of(release, check) as con:
        assert con.sql(check.text).fetchall() == []
        if con.sql(f"select * from {check.parents[0]} limit 1").fetchall():
            con.execute(broken(check))
            assert con.sql(check.text).fetchall()


def test_every_relation_past_staging_has_a_check_of_the_grain_that_its_head_states() -> None:
    for model in MODELS.values():
        if model.room == "staging":
            continue
        check = CHECKS[f"{model.name}_grain"]
        assert all(f'"{column}"' in check.text for column in model.head.grain), model.name
        assert check.is_blocking


def test_a_new_model_is_checked_without_a_line_of_its_own() -> None:
    head = "-- One row a thing.\n-- grain: thing\n-- use: a test\n"
    model = Model("things", "fits", f"{head}select 1 as thing", parse_head("things", head), ())
    (check,) = grain_checks([model])
    with duckdb.connect() as con:
        con.execute("create table things as select * from (values ('a'), ('b'), (null), (null)) v(thing)")
        assert con.sql(check.text).fetchall() == [(None, 2)], "keys that are not known are keys, too"


def test_every_check_can_be_seen_to_fail() -> None:
    assert {name for name in CHECKS if not name.endswith("_grain")} == set(BROKEN)


@pytest.mark.parametrize("name", OF_MARTS)
def test_a_check_passes_on_the_published_tables(real: Built, name: str) -> None:
    check = CHECKS[name]
    with connect(real.store, real.lineage, check.parents) as con:
        failures = con.sql(check.text).pl()
    assert failures.is_empty(), failures


@pytest.mark.parametrize("name", sorted(OF_FITS))
def test_a_check_of_fits_passes_on_the_published_tables(full_release: Path, name: str) -> None:
    with tables_of(full_release, CHECKS[name]) as con:
        assert con.sql(CHECKS[name].text).fetchall() == []


@pytest.mark.parametrize(("n_curves", "warned"), [(1, 1), (200, 0)])
def test_a_fall_is_warned_of_as_surely_over_many_curves_as_over_one(
    release: Path, n_curves: int, warned: int
) -> None:
    check = CHECKS["own_newest_fell"]
    with tables_of(release, check) as con:
        con.execute("update checkpoints set source = 'own'")
        con.execute(f"""
            insert into forecasts
                (scenario, source, task, format, metric, n_shot, tokens, score, score_low, extrapolated, circular)
                select
                    run_id, 'other ' || i, task, format, metric, n_shot, tokens,
                    score + if(i = 0, 0.035, 0), score + if(i = 0, 0.035, 0) - 0.0164, false, false
                from range({n_curves}) numbers (i),
                    (from scores join checkpoints using (checkpoint_id, run_id)
                    where metric = 'acc' and tokens > 0 limit 1)""")
        assert len(con.sql(check.text).fetchall()) == warned
