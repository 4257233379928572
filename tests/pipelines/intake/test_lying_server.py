"""Whatever a server does, its answer is the whole archive or one kind of error, and nothing of it stays."""

import random
import resource
from pathlib import Path
from time import monotonic

import pytest

from emergence.errors import EmergenceError
from pipelines.intake import archive, fetch, tar
from pipelines.intake.cache import Cache
from pipelines.intake.ingest import ingest
from pipelines.intake.pinned import short_digest
from pipelines.intake.spec import Origin, Source
from pipelines.settings import Settings
from pipelines.sources import SOURCES
from pipelines.warehouse.store import Store
from tests.tools.lying_server import (
    BAD_ANSWERS,
    BAD_ARCHIVES,
    GOOD_ARCHIVE,
    GOOD_ARCHIVES,
    damaged,
    plain,
    read_or_refused,
    serving,
    wanted,
)

ORIGIN = Origin("someone/tables", "c0ffee", include=("data/**/*.csv",), expects=("data/a.csv", "data/b.csv"))
WANTED = wanted()
MUTATIONS = 1500


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for, and nothing heard from the test before."""
    for name, value in (("PAUSE_SECONDS", 0.0), ("READ_SECONDS", 0.7), ("TOTAL_SECONDS", 1.0)):
        monkeypatch.setattr(archive, name, value)
    monkeypatch.setattr(archive, "ATTEMPTS", 2)
    monkeypatch.setattr(fetch, "_heard", fetch._Heard())


def source(name: str, repo: str, commit: str = "c0ffee") -> Source:
    origin = Origin(repo, commit, ORIGIN.include, ORIGIN.expects)
    return Source(name, name, (origin,), "MIT", "Nobody 2026", True, {}, lambda files, intake: {})


def left_behind(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() or path.name.startswith("incoming")]


@pytest.mark.parametrize("lie", BAD_ANSWERS)
def test_a_lie_is_an_archive_error_soon_and_leaves_nothing(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(BAD_ANSWERS[lie]) as (address, _):
        monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
        cache = Cache(tmp_path, "made_up", ORIGIN)
        started = monotonic()
        with pytest.raises(EmergenceError) as caught:
            archive.download(cache)
    assert type(caught.value).__name__ in ("ArchiveError", "DigestError"), caught.value
    assert "\n" not in str(caught.value)
    assert monotonic() - started < 4
    assert not cache.entries
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("writer", GOOD_ARCHIVES)
def test_a_whole_archive_is_taken_whoever_wrote_it(
    writer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(plain(GOOD_ARCHIVES[writer])) as (address, _):
        monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
        cache = Cache(tmp_path, "made_up", ORIGIN)
        archive.download(cache)
    assert {file.path: file.read() for file in cache.files()} == WANTED


def test_a_damaged_archive_changes_nothing_of_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path, "made_up", ORIGIN)
    cache.add("data/a.csv", b"x\n1\n" * 300, "mirror/somewhere")
    cache.save()
    with serving(plain(BAD_ARCHIVES["a bit of its sum"])) as (address, _):
        monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
        with pytest.raises(archive.ArchiveError):
            archive.download(cache)
    assert list(Cache(tmp_path, "made_up", ORIGIN).entries) == list(cache.entries) == ["data/a.csv"]


def test_random_damage_is_seen_or_is_none(tmp_path: Path) -> None:
    """Bytes of the packing, or of what is packed: what is taken as whole holds the very files."""
    dice = random.Random(20240323)
    for _ in range(MUTATIONS):
        assert read_or_refused(damaged(dice)) in (WANTED, None)


def test_what_unfolds_beyond_the_cap_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar, "MAX_UNPACKED_BYTES", 64 << 20)
    import zlib

    deflate = zlib.compressobj(wbits=31)
    bomb = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(100)) + deflate.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(tar.TarError, match="unfolds to more"):
        for _ in tar.unpacked(iter([bomb])):
            pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10


def test_one_404_silences_nobody_and_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    with serving(lambda send: plain(b"", "404 No")(send)) as (address, asked):
        monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
        for name in ("one", "two", "one"):
            with pytest.raises(archive.ArchiveError, match="404"):
                fetch.fetch(source(name, f"someone/{name}"), settings)
    assert [line.split()[1] for line in asked] == ["/someone/one/c0ffee", "/someone/two/c0ffee"]


def test_a_failed_connection_silences_its_host_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "home")
    monkeypatch.setattr(archive, "GIVE_UP_CONNECTING_SECONDS", 0.0)
    with serving(plain(GOOD_ARCHIVE)) as (address, asked):
        monkeypatch.setattr(archive, "ARCHIVE", "http://{repo}/{commit}")
        gone = "127.0.0.1:9/x"
        for name in ("one", "two"):
            assert fetch.fetch(source(name, gone), settings).status == "unreachable"
        there = source("three", address.removeprefix("http://") + "/x")
        assert fetch.fetch(there, settings).status == "ok"
    assert len(asked) == 1


def test_a_server_that_answers_no_is_a_source_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "home")
    asked = source("one", "someone/one")
    with serving(BAD_ANSWERS["404"]) as (address, _):
        monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
        monkeypatch.setattr("pipelines.intake.ingest.source_code", lambda _: "")
        ingest(asked, Settings(home=tmp_path / "home"), store)
    import polars as pl

    told = pl.read_parquet(store.path("staging", "intake_one_sources"))
    assert told["status"].to_list() == ["failed"]


def test_an_archive_without_a_file_that_its_commit_is_known_to_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    known = {short_digest(path, hashlib.sha256(content).hexdigest()) for path, content in WANTED.items()}
    for missing in ("", "data/c.csv"):
        more = {short_digest(missing, "")} if missing else set()
        monkeypatch.setattr(
            "pipelines.intake.cache.known_files", lambda _, more=more: frozenset(known | more)
        )
        cache = Cache(tmp_path, f"made_up{missing}", ORIGIN)
        with serving(plain(GOOD_ARCHIVE)) as (address, _):
            monkeypatch.setattr(archive, "ARCHIVE", address + "/{repo}/{commit}")
            if missing:
                with pytest.raises(archive.ArchiveError, match="1 of 3 files as they are known"):
                    archive.download(cache)
            else:
                archive.download(cache)
        assert bool(cache.entries) is not bool(missing)
        # One that was taken in before anything was known of it is asked for again.
        assert cache.absent() if missing else not cache.absent()


def test_every_pinned_commit_is_known_as_the_mirror_holds_it(mirror: Path) -> None:
    from benchmarks.pinned_files import rows
    from pipelines.intake.pinned import known_files

    found: dict[str, set[str]] = {}
    for commit, digest in rows(mirror):
        found.setdefault(commit, set()).add(digest)
    for origin in (origin for source in SOURCES for origin in source.origins):
        assert known_files(origin.commit) == found[origin.commit[:8]], origin
