"""Bulk reads and parameters: COPY in its three formats, cursors to the end, types told by what stands beside."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest

from pipelines.serve import blocks
from pipelines.serve.engine import Engine
from pipelines.serve.limits import Limits
from pipelines.serve.values.encode import data_rows, encoder

Client = psycopg.Connection[tuple[object, ...]]

ROWS = """select i as n, nullif(i, 3)::double / 7 as x, if(i % 5 = 0, null, 'a,"' || chr(10) || '\\' || i) as t,
    i % 2 = 0 as b, [i, null] as l, date '2020-01-01' + i::integer as d, i::decimal(9, 2) as c, -i::hugeint as h
    from range(5000) as r(i)"""
PLAIN = "select i as n, nullif(i, 3)::double / 7 as x, 'é' || i as t, i % 2 = 0 as b from range(9000) as r(i)"


@pytest.fixture(scope="module")
def client(door: int) -> Iterator[Client]:
    address = f"host=127.0.0.1 port={door} user=me dbname=emergence"
    with psycopg.connect(address, autocommit=True) as client:
        yield client


def copied(client: Client, sql: str) -> bytes:
    with client.cursor().copy(sql) as copy:  # type: ignore[arg-type]
        return b"".join(bytes(data) for data in copy)


@pytest.mark.parametrize("query", [ROWS, PLAIN], ids=["every type", "quick types"])
@pytest.mark.parametrize("form", ["text", "csv", "binary"])
def test_copy_gives_the_rows_of_the_query(client: Client, query: str, form: str) -> None:
    wanted = client.execute(query).fetchall()  # type: ignore[arg-type]
    kinds = ["int8", "float8", "text", "bool", "int8[]", "date", "numeric", "numeric"][: len(wanted[0])]
    if form == "csv":
        read = list(
            csv.reader(io.StringIO(copied(client, f"copy ({query}) to stdout with csv").decode(), newline=""))
        )
        assert [row[0] for row in read] == [str(row[0]) for row in wanted]
        assert [row[2] for row in read] == [row[2] or "" for row in wanted]
        assert [float(row[1]) if row[1] else None for row in read] == [row[1] for row in wanted]
        return
    with client.cursor().copy(f"copy ({query}) to stdout (format {form})") as copy:  # type: ignore[arg-type]
        copy.set_types(kinds)
        assert list(copy.rows()) == wanted


def test_copy_takes_the_spellings_of_clients(client: Client) -> None:
    one = "(select 1 as a, 'x;y' as b, null as c)"
    for options, said in [
        ("", b"1\tx;y\t\\N\n"),
        ("with csv header", b"a,b,c\n1,x;y,\n"),
        ("(format csv, delimiter ';', null 'NULL', force_quote *)", b'"1";"x;y";NULL\n'),
        ("with delimiter '|' null ''", b"1|x;y|\n"),
        ("(FORMAT CSV, HEADER true, DELIMITER E'\\t')", b"a\tb\tc\n1\tx;y\t\n"),
    ]:
        assert copied(client, f"copy {one} to stdout {options}") == said, options
    assert copied(client, "copy thresholds (task) to stdout").count(b"\n") == 20
    assert copied(client, "copy (select 1 where false) to stdout (format binary)").endswith(b"\xff\xff")


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '/tmp/out.csv'",
        "copy (delete from thresholds) to stdout",
        "copy (select * from read_csv('/etc/passwd')) to stdout",
        "copy thresholds from stdin",
        "copy (select 1) to stdout (format parquet)",
        "copy (select 1) to stdout (freeze)",
    ],
)
def test_copy_is_held_to_what_a_select_may(client: Client, sql: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        copied(client, sql)
    assert caught.value.sqlstate in ("25006", "42501", "22023", "0A000")
    assert client.execute("select 1").fetchall() == [(1,)]


def test_a_cursor_reads_past_the_rows_of_one_result(door: int) -> None:
    with psycopg.connect(f"host=127.0.0.1 port={door} user=me dbname=emergence") as client:
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            client.execute("from range(60000)")
        client.rollback()
        for binary, count in ((False, 9000), (True, 60000)):
            with client.cursor(name="far", binary=binary) as cursor:
                cursor.itersize = 7000
                cursor.execute("select i, 'é' || i, i / 4 from range(60000) as r(i) where i < %s", [count])
                read = list(cursor)
            assert read == [(i, f"é{i}", i / 4) for i in range(count)]


def test_through_the_door_a_query_gives_what_it_gives_in_duckdb(client: Client, small_database: Path) -> None:
    with duckdb.connect(str(small_database), read_only=True) as direct:
        for sql in (
            "select task, eta from thresholds where eta between 2.2 and 3 order by all",
            "select a.task, b.verdict from (thresholds a join thresholds b using (task)) where a.n_shot = 1 order by all",
            "select verdict, count(*), avg(eta) from thresholds group by all order by all",
            "select * from (select count(*) from losses), (select max(step) from losses)",
            "select task, row_number() over (partition by verdict order by eta) from thresholds order by all",
            "select unnest(aliases) as a from thresholds order by all",
            "with t as (select eta, n_shot from thresholds) select n_shot, median(eta) from t group by 1 order by 1",
            "select t.task from thresholds t where exists (from losses l where l.step = t.n_shot) order by all",
            "pivot thresholds on verdict in ('sharp', 'smooth') using count(*) group by n_shot order by all",
        ):
            assert client.execute(sql).fetchall() == direct.execute(sql).fetchall(), sql  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sql", "types"),
    [
        ("select task from thresholds where eta > $1 limit $2", [701, 20]),
        ("select task from thresholds where task = any($1) and n_shot in ($2, $3)", [1009, 20, 20]),
        ("select $1::date, $2::integer, $3", [1082, 23, 25]),
        (
            "select t.eta + $1 from thresholds t where t.fitted_on >= $2 and t.sufficient = $3",
            [701, 1082, 16],
        ),
        ("select task from thresholds where task like $1 offset $2", [25, 20]),
        ("select count(*) from pg_class where oid = any($1::oid[]) and relname = $2", [1028, 25]),
    ],
)
def test_parameters_have_the_type_of_what_they_stand_beside(
    small_database: Path, sql: str, types: list[int]
) -> None:
    assert Engine(small_database, Limits()).describe(sql, None)[1] == types


def test_a_cursor_steps_to_and_fro_as_postgresqls_do(client: Client) -> None:
    client.execute("begin")
    client.execute("declare c scroll cursor with hold for select i from range(1, 5001) as r(i)")
    for step, wanted in [
        ("fetch 2 from c", [1, 2]),
        ("fetch prior from c", [1]),
        ("fetch prior from c", []),
        ("fetch next from c", [1]),
        ("fetch absolute 4000 from c", [4000]),
        ("fetch backward 3 from c", [3999, 3998, 3997]),
        ("fetch relative -7 from c", [3990]),
        ("fetch relative 0 from c", [3990]),
        ("fetch last from c", [5000]),
        ("fetch next from c", []),
        ("fetch backward 1 from c", [5000]),
        ("fetch absolute -2 from c", [4999]),
        ("fetch first from c", [1]),
        ("fetch -1 from c", []),
        ("fetch forward 1 from c", [1]),
        ("fetch absolute 6000 from c", []),
        ("fetch prior from c", [5000]),
    ]:
        assert [n for (n,) in client.execute(step).fetchall()] == wanted, step
    assert client.execute("move absolute 2500 in c").statusmessage == "MOVE 1"
    client.execute("commit")
    assert client.execute("fetch 1 from c").fetchall() == [(2501,)], (
        "a cursor with hold outlives its transaction"
    )
    assert client.execute("move all in c").statusmessage == "MOVE 2499"
    assert len(client.execute("fetch backward all from c").fetchall()) == 5000
    client.execute("close c")
    client.execute("begin")
    client.execute("declare d no scroll cursor for select 1")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="can only scan forward"):
        client.execute("fetch prior from d")
    client.execute("commit")
    with pytest.raises(psycopg.errors.InvalidCursorName):
        client.execute("fetch 1 from d")


EVERY_WAY = """select i, if(i % 3 = 0, null, if(i % 3 = 1, date '0044-03-15 (BC)', 'infinity'::date)) as d,
    timestamp '2026-01-01 00:00:00.5' + interval (i) hour as t, if(i % 2 = 0, null, {'n': 'nan'::double, 'a': i}) as s,
    if(i % 5 = 0, null, '{"x": 1}'::json) as j, 'é' || i as w, i % 2 = 0 as b, (i / 4)::float as f,
    timestamptz '2026-01-01 00:00:00+00' as z from range(50) as r(i)"""


@pytest.mark.parametrize("form", [0, 1], ids=["text", "binary"])
def test_whole_columns_give_the_bytes_of_single_rows(small_database: Path, form: int) -> None:
    engine = Engine(small_database, Limits())
    columns = engine.start(EVERY_WAY, [])
    one_by_one = data_rows(engine.fetch(1000), [encoder(column.type, form) for column in columns])
    engine.finish()
    assert engine.start_blocks(EVERY_WAY, []) == columns
    by_columns = b""
    while values := engine.fetch_block(7):
        assert not isinstance(values[0], list), "all of these types have a quick way"
        by_columns += blocks.data_rows(values, columns, [form] * len(columns))
    engine.finish()
    assert by_columns == one_by_one


DAYS = [
    ("date '10000-01-01'", "10000-01-01", 2_921_940),
    ("date '0044-03-15 (BC)'", "0044-03-15 BC", -746_117),
    ("timestamp '12000-01-01 01:02:03.5'", "12000-01-01 01:02:03.5", None),
    ("timestamp '0044-03-15 (BC) 00:00:00'", "0044-03-15 00:00:00 BC", None),
    ("date '0001-01-01'", "0001-01-01", -730_119),
    ("date '9999-12-31'", "9999-12-31", 2_921_939),
    ("date 'infinity'", "infinity", 2**31 - 1),
    ("date '-infinity'", "-infinity", -(2**31)),
    ("timestamp '0001-01-01 00:00:00'", "0001-01-01 00:00:00", -63_082_281_600_000_000),
    ("timestamp 'infinity'", "infinity", 2**63 - 1),
    ("timestamptz '-infinity'", "-infinity", -(2**63)),
    ("[date '10000-01-01', null, '-infinity']", "{10000-01-01,NULL,-infinity}", None),
]


@pytest.mark.parametrize(("value", "text", "number"), DAYS, ids=[text for _, text, _ in DAYS])
def test_days_that_python_has_no_value_for_arrive(
    client: Client, value: str, text: str, number: int | None
) -> None:
    assert copied(client, f"copy (select {value} as d) to stdout") == f"{text}\n".encode()  # type: ignore[str-bytes-safe]
    sent = copied(client, f"copy (select {value} as d) to stdout (format binary)")
    if number is not None:
        size = int.from_bytes(sent[21:25], "big")
        assert int.from_bytes(sent[25 : 25 + size], "big", signed=True) == number


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("select frm from losses", "frm"),
        ("select 1;\n select step,\n  nope from losses", "nope"),
        ("copy (select 'é', nope from losses) to stdout", "nope"),
        ("select 1 as a from losses where step ! 3", "3"),
        ("select date '2020-01-01',\n 'x'::integer", "::"),
    ],
)
def test_an_error_says_where_in_the_statement(client: Client, statement: str, at: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        client.execute(statement)  # type: ignore[arg-type]
    assert int(caught.value.diag.statement_position or 0) == statement.index(at) + 1
