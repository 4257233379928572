"""The door lets queries on the released tables pass, and nothing that reads or changes anything else."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.serve.engine import Engine
from pipelines.serve.limits import Limits, QueryError

PASSING = [
    "select count(*) from thresholds",
    "from thresholds select task, eta limit 3",
    "with a as (select eta from thresholds) select max(eta) from a",
    "explain select 1",
    "explain analyze select count(*) from losses",
    "describe thresholds",
    "summarize thresholds",
    "show tables",
    "select * from leaderboard",
    "pivot thresholds on verdict in ('smooth', 'sharp') using count(*)",
    "select unnest(aliases) from thresholds",
    "select * from range(3)",
    "select a.task from thresholds a asof join thresholds b on a.eta >= b.eta",
    "select table_name, comment from duckdb_tables()",
    "select 'read_csv(''/etc/passwd'')'",
]

REFUSED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from parquet_metadata('/etc/passwd')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from '/etc/passwd'",
    "select * from thresholds where eta = (select count(*) from read_csv('/etc/passwd'))",
    "select * from query('select 1')",
    "select * from query_table('duckdb_databases')",
    "select * from pandas_scan(1::pointer, 1::pointer, 1::pointer)",
    "select * from arrow_scan(1::pointer, 1::pointer, 1::pointer)",
    "copy thresholds to 'stolen.csv'",
    "copy (select 1) to 'stolen.csv'",
    "copy thresholds from '/etc/passwd'",
    "export database 'stolen'",
    "import database 'stolen'",
    "attach 'other.duckdb'",
    "attach ':memory:' as other",
    "detach emergence",
    "use memory",
    "install httpfs",
    "load httpfs",
    "select getenv('HOME')",
    "pragma database_list",
    "pragma version",
    "call pragma_version()",
    "select * from pragma_database_size()",
    "set memory_limit = '100GB'",
    "set enable_external_access = true",
    "reset lock_configuration",
    "select system.main.current_setting('secret_directory')",
    "select 'secret_directory'.current_setting()",
    "select * from duckdb_settings()",
    "select * from duckdb_databases",
    "select * from system.main.duckdb_databases()",
    "select * from system.main.duckdb_databases",
    "select * from duckdb_extensions()",
    "select * from duckdb_secrets()",
    "select * from which_secret('a', 's3')",
    "select * from pragma_database_list",
    "select write_log('hello')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "create table memory.main.mine as select 1",
    "create temp table mine as select 1",
    "create view memory.main.mine as select 1",
    "create macro memory.main.mine() as 1",
    "create secret (type s3)",
    "insert into thresholds select * from thresholds",
    "update thresholds set eta = 1",
    "delete from thresholds",
    "drop table thresholds",
    "truncate thresholds",
    "alter table thresholds drop column eta",
    "comment on table thresholds is 'mine'",
    "with gone as (delete from thresholds returning *) select * from gone",
    "with more as (insert into thresholds from thresholds returning *) select * from more",
    "explain analyze create temp table mine as select 1",
    "explain analyze delete from thresholds",
    "explain (analyze) create temp table mine as select 1",
    "vacuum",
    "checkpoint",
    "force checkpoint emergence",
    "prepare mine as select 1",
    "execute mine",
    "set variable mine = 1",
    "begin transaction",
    "pivot thresholds on verdict using count(*)",
]


@pytest.fixture(scope="module")
def engine(small_database: Path) -> Iterator[Engine]:
    engine = Engine(small_database, Limits(seconds=5))
    yield engine
    engine.finish()


@pytest.mark.parametrize("sql", PASSING)
def test_queries_pass(engine: Engine, sql: str) -> None:
    try:
        columns = engine.start(sql, [])
        rows = engine.fetch(100)
    finally:
        engine.finish()
    assert rows
    assert all(len(row) == len(columns) for row in rows)


@pytest.mark.parametrize("sql", REFUSED)
def test_everything_else_is_refused(engine: Engine, sql: str) -> None:
    try:
        with pytest.raises((QueryError, duckdb.Error)):
            engine.start(sql, [])
    finally:
        engine.finish()


def test_refusals_are_the_guard_s_where_duckdb_would_let_pass(engine: Engine) -> None:
    for sql, sqlstate in [
        ("select * from duckdb_settings()", "42501"),
        ("call pragma_version()", "25006"),
        ("explain analyze create temp table mine as select 1", "25006"),
        ("select 1; select 2", "42601"),
    ]:
        with pytest.raises(QueryError) as caught:
            engine.start(sql, [])
        assert caught.value.sqlstate == sqlstate
        engine.finish()


def test_nothing_changed(engine: Engine, small_database: Path) -> None:
    before = small_database.read_bytes()
    for sql in REFUSED:
        with pytest.raises((QueryError, duckdb.Error)):
            engine.start(sql, [])
        engine.finish()
    assert small_database.read_bytes() == before
    assert not Path("stolen.csv").exists()


def test_python_s_variables_are_no_tables(engine: Engine) -> None:
    secret = duckdb.sql("select 42 as hidden")  # DuckDB would find it by the name in an unguarded process
    assert secret.fetchall() == [(42,)]
    with pytest.raises(duckdb.CatalogException):
        engine.start("select * from secret", [])
    engine.finish()


def test_the_catalog_hides_where_the_file_is(engine: Engine, small_database: Path) -> None:
    hidden = (str(small_database.parent), str(Path.home()))
    asked = [
        *("pg_settings", "pg_database", "pg_class", "pg_tables", "pg_views", "information_schema.tables"),
        *("pg_tablespace", "pg_stat_activity", "duckdb_tables()", "duckdb_views()", "duckdb_schemas()"),
        *("pg_catalog.pg_settings", "system.pg_catalog.pg_settings", "duckdb_functions()"),
    ]
    for relation in asked:
        engine.start(f"select * from {relation}", [])
        text = str(engine.fetch(100_000))
        engine.finish()
        assert not any(path in text for path in hidden), relation


def test_a_deep_query_is_answered_or_refused_in_words(engine: Engine) -> None:
    with contextlib.suppress(QueryError, duckdb.Error):
        engine.start("select " + "(" * 3000 + "1" + ")" * 3000, [])
        assert engine.fetch(2) == [(1,)]
    engine.finish()
    engine.start("select 1", [])
    assert engine.fetch(1) == [(1,)]
    engine.finish()
