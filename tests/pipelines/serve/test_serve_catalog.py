"""The catalog is PostgreSQL's whole one, made from the release: joins of any shape work, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

from pipelines.serve.catalog.emulated import shapes
from pipelines.serve.catalog.rewrite import rewritten
from pipelines.serve.engine import Engine
from pipelines.serve.limits import Limits, QueryError

Client = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def client(door: int) -> Iterator[Client]:
    address = f"host=127.0.0.1 port={door} user=me dbname=emergence"
    with psycopg.connect(address, autocommit=True) as client:
        yield client


def test_every_relation_of_postgresql_15_has_all_its_columns(client: Client) -> None:
    """In one question for all, so that it stays quick; relations are only made when they are asked for."""
    assert len(shapes()) > 200
    for shape in shapes()[::12]:
        cursor = client.execute(f"select * from {shape.schema}.{shape.name} limit 0")  # type: ignore[arg-type]
        names = [column.name for column in cursor.description or ()]
        assert names == [name for name, _ in shape.columns], shape.name


# Answers as PostgreSQL 15 gives them for the same tables, its own oids aside.
ANSWERS: list[tuple[str, list[tuple[object, ...]]]] = [
    ("select count(*) from (pg_class c join pg_namespace n on n.oid = c.relnamespace) where n.nspname = 'main'", [(4,)]),
    (
        "select n.nspname, count(*) from pg_namespace n left join (pg_class c join pg_attribute a on a.attrelid = c.oid"
        " and a.attnum > 0) on c.relnamespace = n.oid and c.relname = 'losses' where n.nspname = 'main' group by 1",
        [("main", 4)],
    ),
    ("select 'thresholds'::regclass::oid = (select oid from pg_class where relname = 'thresholds')", [(True,)]),
    ("select oid::regclass::text from pg_class where relname = 'losses'", [("losses",)]),
    ("select quote_ident('plain'), quote_ident('Two words'), quote_ident('select')", [("plain", '"Two words"', '"select"')]),
    ("select format('%I.%s = %L', 'a b', 'c', 'it''s')", [("\"a b\".c = 'it''s'",)]),
    ("select format('%2$s %1$s%%', 'a', 'b')", [("b a%",)]),
    ("select format_type(1043, 24), format_type(1700, 655366), format_type(701, null)", [("character varying(20)", "numeric(10,2)", "double precision")]),
    ("select data_type, udt_name from information_schema.columns where column_name in ('aliases', 'eta') and table_name = 'thresholds' order by 1", [("ARRAY", "_text"), ("double precision", "float8")]),
    ("select pg_catalog.array_to_string(array['a', null, 'c'], ',', '*')", [("a,*,c",)]),
    ("select relkind from pg_class where relkind = any('{r,v}'::\"char\"[]) and relname in ('losses', 'leaderboard') order by 1", [("r",), ("v",)]),
    ("select relname operator(pg_catalog.~) '^(loss)' from pg_catalog.pg_class where relname = 'losses'", [(True,)]),
    ("with pg_class as (select 1 as mine) select mine from pg_class, pg_namespace where nspname = 'main'", [(1,)]),
    ("select current_schemas(true), current_database()", [(["pg_catalog", "main"], "emergence")]),
    ("select typname from pg_type where typreceive != 0 and typinput = 'boolin'::regproc", [("bool",)]),
    ("select count(*) from pg_type where oid::regtype = 'text'::regtype", [(1,)]),
    ("select count(*) > 100 from pg_catalog.pg_get_keywords() where word <> all('{a,b}'::text[])", [(True,)]),
    ("select count(*) from pg_type t join pg_proc p on p.oid = t.typreceive where t.typname in ('_text', 'bool') and p.proname in ('array_recv', 'boolrecv')", [(2,)]),
    ("select col_description(('main.' || 'thresholds')::regclass, 7), (quote_ident('losses'))::regclass::text", [("Threshold, nats per token", "losses")]),
    ("select s[1], i from string_to_array(current_setting('search_path'), ',') s, generate_series(1, array_upper(current_schemas(true), 1)) as i", [("main", 1), ("main", 2)]),
    ("select age(c.xmin), relname from (select xmin, relname from pg_class where relname = 'losses') as c", [(1, "losses")]),
    ("select 'losses' = any(array(select relname from pg_class)), to_date('2026-01-02', 'YYYY-MM-DD')::text", [(True, "2026-01-02")]),
    ("select pg_typeof(1.5::double), pg_typeof('a'::varchar)", [("double precision", "text")]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "rows"), ANSWERS, ids=[sql[:40] for sql, _ in ANSWERS])
def test_answers_are_postgresql_s(client: Client, sql: str, rows: list[tuple[object, ...]]) -> None:
    assert client.execute(sql).fetchall() == rows  # type: ignore[arg-type]


def test_types_of_the_catalog_are_known_by_their_numbers(client: Client) -> None:
    cursor = client.execute(
        "with t as (select oid, typname as name, typtype from pg_type) select *, 1::oid, (select max(oid) from t) from t"
    )
    assert [column.type_code for column in cursor.description or ()] == [26, 19, 18, 26, 26]


@pytest.mark.parametrize(
    "sql",
    [
        "select pg_read_file('/etc/passwd')",
        "select pg_catalog.nosuch_thing(oid) from pg_class where pg_lsn_thing(oid)",
        "select 1 operator(pg_catalog.<->) oid from pg_class",
        "select format('%5s', relname) from pg_class",
        "select * from pg_class tablesample weird syntax (((",
    ],
)
def test_what_is_not_understood_is_refused_and_not_passed_on(client: Client, sql: str) -> None:
    with pytest.raises((psycopg.errors.FeatureNotSupported, psycopg.errors.SyntaxError)):
        client.execute(sql)  # type: ignore[arg-type]


def test_a_relation_that_is_not_there_is_undefined(client: Client) -> None:
    for sql in ("select * from pg_catalog.nosuch", "select 'nosuch'::regclass::oid"):
        with pytest.raises(psycopg.errors.UndefinedTable, match="nosuch"):
            client.execute(sql)  # type: ignore[arg-type]
    assert client.execute("select to_regclass('nosuch')").fetchall() == [(None,)]


def test_a_query_that_asks_nothing_of_the_catalog_stays_as_it_came() -> None:
    for sql in ("select 'pg_' || task from thresholds", "from thresholds select * exclude (eta)"):
        assert rewritten(sql) is None
    with pytest.raises(QueryError, match="not understood"):
        rewritten("select pg_class ((")


def test_vectors_are_counted_from_zero_and_arrays_from_one() -> None:
    told = rewritten("select indkey[0], i.indkey[n - 1], conkey[1] from pg_index as i, pg_constraint")
    assert told is not None
    with duckdb.connect() as con:
        con.execute("create schema memory.pg")
        con.execute("create table memory.pg.pg_index as select [7, 8] as indkey, 2 as n")
        con.execute("create table memory.pg.pg_constraint as select [5, 6] as conkey")
        assert con.sql(told.sql).fetchall() == [(7, 8, 5)]


def test_a_grain_is_the_primary_key_unless_some_of_it_is_unknown(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "keys.duckdb")) as con:
        for table, last in (("whole", 4), ("partly", "null")):
            con.execute(f"create table {table} as from (values (1, 2), (1, {last})) as t(x, y)")
            con.execute(f"comment on table {table} is 'One row a pair. Grain: x, y.'")
    engine = Engine(tmp_path / "keys.duckdb", Limits())
    engine.start(
        "select relname, contype, conkey from pg_constraint c join pg_class t on t.oid = c.conrelid order by 1",
        [],
    )
    assert engine.fetch(9) == [("partly", "u", [1, 2]), ("whole", "p", [1, 2])]
