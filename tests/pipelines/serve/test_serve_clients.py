"""What people connect with: psql, psycopg and SQLAlchemy, as they are."""

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

Client = psycopg.Connection[tuple[object, ...]]

needs_psql = pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")


@pytest.fixture(scope="module")
def client(door: int) -> Iterator[Client]:
    with psycopg.connect(
        host="127.0.0.1", port=door, user="me", dbname="emergence", autocommit=True
    ) as client:
        yield client


def psql(door: int, *arguments: str, check: bool = True) -> str:
    address = f"host=127.0.0.1 port={door} user=me dbname=emergence"
    clean = {"PATH": os.environ["PATH"], "PGCONNECT_TIMEOUT": "10", "PSQLRC": os.devnull}
    done = subprocess.run(
        ["psql", address, "--no-align", "-v", "ON_ERROR_STOP=1", *arguments],
        capture_output=True,
        text=True,
        env=clean,
        timeout=30,
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout + done.stderr


@needs_psql
def test_psql_lists_tables(door: int) -> None:
    text = psql(door, *(word for listing in ("d", "dt", "dt+", "d+") for word in ("-c", f"\\{listing}")))
    assert text.count("main|thresholds|table|reader") == 4
    assert text.count("main|losses|table|reader") == 4
    assert "One row a task: where it leaves chance" in text
    assert "main|leaderboard|view|reader" in psql(door, "-c", r"\dv")


@needs_psql
def test_psql_describes_a_table(door: int) -> None:
    text = psql(door, "-c", r"\d+ thresholds", "-c", r"\d+ leaderboard", "-c", r"\d nosuch", check=False)
    assert 'Table "main.thresholds"' in text
    assert "eta|double precision|" in text
    assert "Threshold, nats per token" in text
    assert "aliases|text[]" in text
    assert "fitted_on|date" in text
    assert 'View "main.leaderboard"' in text
    assert "ORDER BY eta" in text
    assert "Did not find any relation" in text


@needs_psql
def test_psql_s_other_listings_have_an_answer(door: int) -> None:
    words = "l dn du df di ds dT dp db dx dAo dAc dAf dAp dC dd dO dX dRp dconfig z"
    text = psql(door, *(word for listing in words.split() for word in ("-c", f"\\{listing}")))
    assert "ERROR" not in text
    assert "List of operators of operator families" in text
    said = psql(door, "-c", r"\sv leaderboard", "-c", r"\sv thresholds", check=False)
    assert (
        "CREATE OR REPLACE VIEW main.leaderboard AS\n SELECT task, eta FROM thresholds ORDER BY eta" in said
    )
    assert '"main.thresholds" is not a view' in said


@needs_psql
def test_psql_prints_csv_and_stops_at_errors(door: int) -> None:
    text = psql(door, "--csv", "-c", "select task, sufficient, n_shot from thresholds order by eta limit 2")
    assert text == "task,sufficient,n_shot\ntask_0,t,0\ntask_1,f,1\n"
    said = psql(door, "-c", "drop table thresholds", check=False)
    assert "ERROR:  DROP is refused: this door is read-only" in said
    assert "HINT:" in said


VALUES: list[tuple[str, object]] = [
    ("1::tinyint", 1),
    ("2::smallint", 2),
    ("3::integer", 3),
    ("4::bigint", 4),
    ("5::ubigint", Decimal(5)),
    ("-6::hugeint", Decimal(-6)),
    ("0.5::float", 0.5),
    ("1e300::double", 1e300),
    ("'nan'::double", pytest.approx(float("nan"), nan_ok=True)),
    ("'-infinity'::double", float("-inf")),
    ("true", True),
    ("'é\"\\'", 'é"\\'),
    ("'a''b'", "a'b"),
    ("null", None),
    ("date '1999-12-31'", dt.date(1999, 12, 31)),
    ("time '10:11:12.5'", dt.time(10, 11, 12, 500000)),
    ("timestamp '2026-01-02 03:04:05.678901'", dt.datetime(2026, 1, 2, 3, 4, 5, 678901)),
    ("timestamptz '2026-01-02 03:04:05+02'", dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=dt.UTC)),
    ("interval '36 hours'", dt.timedelta(hours=36)),
    ("-123.450::decimal(9, 3)", Decimal("-123.450")),
    ("10000::decimal(9, 0)", Decimal(10000)),
    ("0.0001::decimal(9, 4)", Decimal("0.0001")),
    ("12345678.9::decimal(18, 1)", Decimal("12345678.9")),
    ("'6f9619ff-8b86-d011-b42d-00cf4fc964ff'::uuid", UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")),
    ("'\\x00\\xFF'::blob", b"\x00\xff"),
    ("[1, null, 3]", [1, None, 3]),
    ("['a', 'b,\"c', null, '', 'null']", ["a", 'b,"c', None, "", "null"]),
    ("[]::varchar[]", []),
    ("{'a': 1, 'b': [2]}", {"a": 1, "b": [2]}),
    ("map {'k': 'v'}", {"k": "v"}),
    ("'{\"j\": 1}'::json", {"j": 1}),
    ("['{\"j\": 1}'::json, null]", [{"j": 1}, None]),
    (
        "{'j': '{\"k\":[1]}'::json, 'x': 1.50::decimal(9, 2), 'd': date '2020-01-01', 'n': 'nan'::double, 's': 'NaN \"'}",
        {"j": {"k": [1]}, "x": 1.5, "d": "2020-01-01", "n": "NaN", "s": 'NaN "'},
    ),
    ("null::struct(a integer)", None),
    ("[[1], [2]]", [[1], [2]]),
    ("'x'::enum('x', 'y')", "x"),
]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize(("written", "value"), VALUES, ids=[written for written, _ in VALUES])
def test_values_arrive_as_what_they_are(client: Client, written: str, value: object, binary: bool) -> None:
    assert client.cursor(binary=binary).execute(f"select {written}").fetchone() == (value,)


@pytest.mark.parametrize("mark", ["%s", "%t", "%b"])
@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**40,
        1.5,
        float("inf"),
        "",
        "é'\"\\",
        True,
        False,
        None,
        dt.date(2020, 2, 29),
        b"\x00\xff",
        [1, 2, 3],
        [1.5, None],
        dt.datetime(2020, 1, 2, 3, 4, 5, 6),
        dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC),
        Decimal("-1.25"),
        Decimal("123456.0001"),
        UUID(int=7),
    ],
    ids=repr,
)
def test_parameters_come_back(client: Client, mark: str, value: object) -> None:
    assert client.execute(f"select {mark}", [value]).fetchone() == (value,)


def test_parameters_select_rows(client: Client) -> None:
    for _ in range(7):  # from the sixth on, psycopg keeps the statement prepared
        rows = client.execute(
            "select task from thresholds where task = any(%s) and eta > %s and fitted_on >= %s order by task",
            [["task_1", "task_12", "no,such"], 2.15, dt.date(2026, 1, 1)],
        ).fetchall()
        assert rows == [("task_12",)]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        client.execute("select * from thresholds where fitted_on > %s", ["no day"])


def test_errors_have_their_sqlstate(client: Client) -> None:
    for sql, kind in [
        ("select from where", psycopg.errors.SyntaxError),
        ("select * from nosuch", psycopg.errors.UndefinedTable),
        ("select nosuch from thresholds", psycopg.errors.UndefinedColumn),
        ("select nosuch(1)", psycopg.errors.UndefinedFunction),
        ("select 'x'::integer", psycopg.errors.InvalidTextRepresentation),
        ("select * from read_csv('/etc/passwd')", psycopg.errors.InsufficientPrivilege),
        ("delete from thresholds", psycopg.errors.ReadOnlySqlTransaction),
        ("set memory_limit = '1TB'", psycopg.errors.InsufficientPrivilege),
    ]:
        with pytest.raises(kind):
            client.execute(sql)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="COPY"):
        client.execute("copy thresholds from stdin")


@pytest.fixture(scope="module")
def engine(door: int) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"postgresql+psycopg://me@127.0.0.1:{door}/emergence")
    yield engine
    engine.dispose()


def test_sqlalchemy_reflects_the_tables(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    assert inspector.default_schema_name == "main"
    assert set(inspector.get_table_names()) == {"thresholds", "losses", "releases"}
    assert inspector.get_view_names() == ["leaderboard"]
    assert inspector.get_table_comment("thresholds")["text"].startswith("One row a task")
    columns = {column["name"]: column for column in inspector.get_columns("thresholds")}
    assert columns["eta"]["comment"] == "Threshold, nats per token"
    assert isinstance(columns["aliases"]["type"], sa.ARRAY)
    assert isinstance(columns["fitted_on"]["type"], sa.Date)
    assert isinstance(columns["sufficient"]["type"], sa.Boolean)
    assert inspector.get_pk_constraint("thresholds")["constrained_columns"] == []
    assert inspector.get_foreign_keys("thresholds") == []
    assert inspector.get_indexes("thresholds") == []
    assert inspector.has_table("losses")
    assert not inspector.has_table("nosuch")


def test_sqlalchemy_queries_reflected_tables(engine: sa.Engine) -> None:
    metadata = sa.MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection, only=["thresholds", "losses"])
        table = metadata.tables["thresholds"]
        asked = (
            sa.select(table.c.task, table.c.aliases).where(table.c.verdict == "smooth").order_by(table.c.eta)
        )
        assert connection.execute(asked).first() == ("task_1", ["alias_1", 'other "name"'])
        losses = metadata.tables["losses"]
        streamed = connection.execution_options(stream_results=True, max_row_buffer=1000)
        assert sum(1 for _ in streamed.execute(sa.select(losses.c.step).limit(4000))) == 4000
