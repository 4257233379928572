"""The door speaks the PostgreSQL protocol as written, also to clients that don't."""

import base64
import socket
import struct

import pytest

from pipelines.serve import wire
from pipelines.serve.commands import Settings, split, tag_of
from pipelines.serve.limits import QueryError
from pipelines.serve.scram import Exchange, Verifier
from tests.tools.released import OpenDoor


class Wire:
    """A client that says exactly what it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def send(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def start(self, version: int = wire.PROTOCOL_3, **options: str) -> list[bytes]:
        words = b"".join(wire.text(k) + wire.text(v) for k, v in ({"user": "me"} | options).items()) + b"\0"
        self.send(struct.pack("!ii", len(words) + 8, version) + words)
        return [kind for kind, _ in self.until(b"Z")]

    def exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self.socket.recv(size - len(got))
            if not more:
                raise ConnectionError("closed")
            got += more
        return got

    def read(self) -> tuple[bytes, bytes]:
        kind, size = struct.unpack("!ci", self.exactly(5))
        return kind, self.exactly(size - 4)

    def until(self, last: bytes) -> list[tuple[bytes, bytes]]:
        messages = [self.read()]
        while messages[-1][0] != last:
            messages.append(self.read())
        return messages

    def query(self, sql: str) -> list[tuple[bytes, bytes]]:
        self.send(wire.message(b"Q", wire.text(sql)))
        return self.until(b"Z")


def parse(sql: str, name: str = "", oids: tuple[int, ...] = ()) -> bytes:
    return wire.message(
        b"P", wire.text(name), wire.text(sql), struct.pack(f"!h{len(oids)}i", len(oids), *oids)
    )


def bind(*values: bytes, portal: str = "", name: str = "") -> bytes:
    sent = b"".join(struct.pack("!i", len(value)) + value for value in values)
    head = wire.text(portal) + wire.text(name) + struct.pack("!hh", 0, len(values))
    return wire.message(b"B", head, sent, struct.pack("!h", 0))


def execute(most: int = 0, portal: str = "") -> bytes:
    return wire.message(b"E", wire.text(portal), struct.pack("!i", most))


SYNC = wire.message(b"S")


def sqlstates(messages: list[tuple[bytes, bytes]]) -> list[str]:
    fields = [{f[:1]: f[1:] for f in body.split(b"\0")} for kind, body in messages if kind == b"E"]
    return [field[b"C"].decode() for field in fields]


def test_encryption_is_declined_and_the_client_may_go_on(door: int) -> None:
    client = Wire(door)
    for code in (wire.SSL_REQUEST, wire.GSS_REQUEST):
        client.send(struct.pack("!ii", 8, code))
        assert client.exactly(1) == b"N"
    kinds = client.start()
    assert kinds[0] == b"R"
    assert kinds[-2:] == [b"K", b"Z"]


def test_a_newer_client_is_told_the_version(door: int) -> None:
    client = Wire(door)
    assert client.start(version=(3 << 16) + 2, **{"_pq_.new": "1"})[0] == b"v"
    assert [kind for kind, _ in client.query("select 1")] == [b"T", b"D", b"C", b"Z"]


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        struct.pack("!ii", 8, 131072),
        struct.pack("!ii", 8, wire.SSL_REQUEST) * 4,
    ],
)
def test_strangers_are_shown_out(door: int, noise: bytes) -> None:
    client = Wire(door)
    client.send(noise)
    client.socket.shutdown(socket.SHUT_WR)
    got = b""
    while more := client.socket.recv(4096):
        got += more
    assert b"C08P01" in got


@pytest.mark.parametrize(
    "message",
    [
        b"Q" + struct.pack("!i", 2**30),
        b"Q" + struct.pack("!i", 3),
        wire.message(b"?"),
        wire.message(b"B", b"x"),
    ],
)
def test_bytes_that_are_no_message_end_the_connection(door: int, message: bytes) -> None:
    client = Wire(door)
    client.start()
    client.send(message)
    assert sqlstates([client.read()]) == ["08P01"]
    assert client.socket.recv(1) == b""


def test_after_a_failure_messages_are_skipped_until_sync(door: int) -> None:
    client = Wire(door)
    client.start()
    client.send(parse("select nosuch") + bind() + execute() + parse("select 1") + bind() + execute() + SYNC)
    messages = client.until(b"Z")
    assert [kind for kind, _ in messages] == [b"1", b"2", b"E", b"Z"]
    assert sqlstates(messages) == ["42703"]
    client.send(parse("select 1") + bind() + execute() + SYNC)
    assert [kind for kind, _ in client.until(b"Z")] == [b"1", b"2", b"D", b"C", b"Z"]


def test_a_portal_is_read_step_by_step(door: int) -> None:
    client = Wire(door)
    client.start()
    client.query("begin")
    client.send(
        parse("from range(5)") + bind(portal="p") + execute(2, "p") + execute(2, "p") + execute(2, "p")
    )
    client.send(execute(2, "p") + SYNC)
    kinds = b"".join(kind for kind, _ in client.until(b"Z"))
    assert kinds == b"12" + b"DDs" + b"DDs" + b"DC" + b"C" + b"Z"
    assert client.query("commit")[-1] == (b"Z", b"I")


def test_a_portal_is_gone_with_its_transaction(door: int) -> None:
    client = Wire(door)
    client.start()
    client.send(parse("from range(5)") + bind(portal="p") + execute(2, "p") + SYNC)
    client.until(b"Z")
    client.send(execute(2, "p") + SYNC)
    assert sqlstates(client.until(b"Z")) == ["34000"]


def test_statements_are_described_before_they_are_bound(door: int) -> None:
    client = Wire(door)
    client.start()
    client.send(parse("select eta, task from thresholds where eta > $1 and task = $2", "s", (701,)))
    client.send(wire.message(b"D", b"S", wire.text("s")) + SYNC)
    messages = dict(client.until(b"Z"))
    assert struct.unpack("!hii", messages[b"t"]) == (2, 701, 25)
    assert messages[b"T"].count(b"eta\0") == 1
    assert b"Z" in dict(client.query("begin; declare c cursor for select eta, fitted_on from thresholds"))
    client.send(parse("fetch 2 from c", "f") + wire.message(b"D", b"S", wire.text("f")) + SYNC)
    assert dict(client.until(b"Z"))[b"T"].count(b"fitted_on\0") == 1


def test_a_text_of_several_statements(door: int) -> None:
    client = Wire(door)
    client.start()
    kinds = b"".join(
        kind for kind, _ in client.query("/* ; */ begin; select 'a;b' -- ;\n; show timezone; end;;")
    )
    assert kinds == b"C" + b"TDC" + b"TDC" + b"C" + b"Z"
    assert [kind for kind, _ in client.query(" -- nothing")] == [b"I", b"Z"]
    assert sqlstates(client.query("select 1; drop table thresholds; select 2")) == ["25006"]


def test_cancel_needs_the_right_key(door: int) -> None:
    client = Wire(door)
    client.start()
    Wire(door).send(struct.pack("!iiii", 16, wire.CANCEL_REQUEST, 1, 1))
    assert [kind for kind, _ in client.query("select 1")] == [b"T", b"D", b"C", b"Z"]


def test_scram_answers_as_in_rfc_7677() -> None:
    verifier = Verifier.of("pencil", base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    exchange = Exchange(verifier, b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
    first = exchange.first(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    assert first == b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    final = exchange.final(
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert final == b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@pytest.mark.parametrize(
    ("first", "final"),
    [
        (b"p=tls-unique,,n=user,r=abc", b""),
        (b"n,,n=user", b""),
        (b"n,,n=user,r=abc", b"c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="),
        (b"n,,n=user,r=abc", b"c=biws,r=abcxyz,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="),
        (b"n,,n=user,r=abc", b"c=biws,r=abcxyz,p="),
        (b"n,,n=user,r=abc", b"c=biws,r=abcxyz"),
    ],
)
def test_scram_refuses(first: bytes, final: bytes) -> None:
    exchange = Exchange(Verifier.of("pencil", b"salt"), b"xyz")
    with pytest.raises(ValueError, match=r"."):
        exchange.final(final if exchange.first(first) else b"")


def test_nothing_is_answered_before_the_password(open_door: OpenDoor) -> None:
    client = Wire(open_door(password="open sesame"))
    client.send(struct.pack("!ii", 17, wire.PROTOCOL_3) + b"user\0me\0\0")
    assert client.read()[1][:4] == struct.pack("!i", 10)
    client.send(wire.message(b"Q", wire.text("select 1")))
    assert sqlstates([client.read()]) == ["08P01"]
    assert client.socket.recv(1) == b""


def test_settings_are_locked_but_for_what_clients_send() -> None:
    settings = Settings(30.0)
    for harmless in (
        "set extra_float_digits = 3",
        "SET application_name = 'Metabase'",
        "set session time zone 'UTC'",
        "set client_encoding to 'UTF8'",
        "set datestyle to iso",
        "set default_transaction_read_only = off",
        "set jit = off",
        "set idle_in_transaction_session_timeout to '1min'",
        "set my.own = 'x'",
        "reset all",
    ):
        assert settings.apply(harmless), harmless
    assert tag_of("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY") == "SET"
    assert tag_of("begin read write") == "BEGIN"  # nothing can be written in it all the same
    for refused, sqlstate in [
        ("set memory_limit = '1TB'", "42501"),
        ("set timezone = 'Europe/Berlin'", "22023"),
        ("set client_encoding = 'LATIN1'", "22023"),
        ("reset lock_configuration", "42501"),
    ]:
        with pytest.raises(QueryError) as caught:
            settings.apply(refused)
        assert caught.value.sqlstate == sqlstate, refused


def test_a_client_may_ask_for_less_time_but_not_for_more() -> None:
    settings = Settings(30.0)
    for asked, seconds in [("500", 0.5), ("'2s'", 2.0), ("'90min'", 30.0), ("0", 30.0), ("default", 30.0)]:
        assert settings.apply(f"set statement_timeout = {asked}")
        assert settings.seconds == seconds
    settings.apply("set statement_timeout = 500")
    assert settings.show("show statement_timeout") == ("statement_timeout", "500ms")


def test_split_follows_the_lexer() -> None:
    assert split("select 'é;'; select $$;$$ /* ; /* ; */ */; -- ;\n") == [
        "select 'é;'",
        "select $$;$$ /* ; /* ; */ */",
    ]
    assert split("select 'open; ") == ["select 'open;"]
    assert split(";;") == []
