"""Bytes come from the cache, then the mirror, then the archive, and never change at a pinned version."""

import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pipelines.intake import archive, fetch
from pipelines.intake.cache import Cache, DigestError
from pipelines.intake.globs import matches
from pipelines.intake.spec import Origin, RawFile, Source
from pipelines.settings import Settings

ORIGIN = Origin("someone/tables", "c0ffee", include=("data/*.csv",), expects=("data/a.csv",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", mirror=tmp_path / "mirror", offline=True)


@pytest.fixture
def source() -> Source:
    return Source(
        name="made_up",
        title="Made up",
        origins=(ORIGIN,),
        licence="MIT",
        citation="Nobody 2026",
        redistribute=True,
        tables={},
        parse=lambda files, intake: {},
    )


def put(settings: Settings, path: str, text: str) -> None:
    assert settings.mirror is not None
    file = settings.mirror / ORIGIN.repo / ORIGIN.commit / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def tarball(members: dict[str, bytes], link: str | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive_file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive_file.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive_file.addfile(info)
    return out.getvalue()


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    def streamed(request: httpx.Request) -> httpx.Response:
        # As from a network: not read before somebody reads it.
        answered = answer(request)
        return httpx.Response(answered.status_code, stream=httpx.ByteStream(answered.content))

    return httpx.Client(transport=httpx.MockTransport(streamed))


def test_mirror_then_cache(settings: Settings, source: Source) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    put(settings, "data/sub/b.csv", "not wanted")
    first = fetch.fetch(source, settings)
    assert (first.status, [file.path for file in first.files]) == ("ok", ["data/a.csv"])
    again = fetch.fetch(source, replace(settings, mirror=None))
    assert again.digest() == first.digest()
    assert again.files[0].read() == b"x\n1\n"


def test_a_thin_mirror_is_partial_and_says_what_was_expected(settings: Settings, source: Source) -> None:
    put(settings, "data/b.csv", "x\n1\n")
    fetched = fetch.fetch(source, settings)
    assert fetched.status == "partial"
    assert "data/a.csv" in fetched.message


def test_nothing_anywhere_is_unreachable(settings: Settings, source: Source) -> None:
    fetched = fetch.fetch(source, settings)
    assert (fetched.status, fetched.files) == ("unreachable", [])


def test_a_source_that_others_were_named_beside_is_left_as_it_was(settings: Settings, source: Source) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    others = replace(settings, only=("another",))
    fetched = fetch.fetch(source, others)
    assert (fetched.status, fetched.files, fetched.message) == ("unreachable", [], fetch.NOT_ASKED)
    had = fetch.fetch(source, replace(settings, only=("made_up",)))
    put(settings, "data/c.csv", "x\n2\n")
    assert fetch.fetch(source, others) == had


SECOND = Origin("someone/tables", "facade00", include=("more/*.csv",), expects=("more/b.csv", "more/c.csv"))


def test_a_source_of_two_origins_that_was_not_asked_for_says_so_once(
    settings: Settings, source: Source
) -> None:
    both = replace(source, origins=(ORIGIN, SECOND))
    fetched = fetch.fetch(both, replace(settings, only=("another",)))
    assert (fetched.status, fetched.message) == ("unreachable", fetch.NOT_ASKED)


def test_what_is_missing_of_each_origin_is_said_with_the_reason(settings: Settings, source: Source) -> None:
    put(settings, "data/z.csv", "x\n1\n")
    both = replace(source, origins=(ORIGIN, SECOND))
    fetched = fetch.fetch(both, settings)
    assert (fetched.status, fetched.message.split("; ")) == (
        "partial",
        [
            "expected of commit c0ffee, not had: data/a.csv (not in the mirror)",
            "expected of commit facade00, not had: more/b.csv, more/c.csv (not asked for: offline)",
        ],
    )
    later = fetch.fetch(both, replace(settings, only=("another",)))
    assert later.message.count(fetch.NOT_ASKED) == 2


ODD = b"data/\xff\xfe.csv"


def test_a_name_that_is_no_text_is_left_out_and_told_until_it_has_another(
    settings: Settings, source: Source
) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    assert settings.mirror is not None
    odd = settings.mirror / ORIGIN.repo / ORIGIN.commit / os.fsdecode(ODD)
    odd.write_text("x\n2\n")
    fetched = fetch.fetch(source, settings)
    assert (fetched.status, [file.path for file in fetched.files]) == ("partial", ["data/a.csv"])
    assert fetched.message == r"left out, since their names are not UTF-8: data/\xff\xfe.csv"
    for again in (settings, replace(settings, mirror=None), replace(settings, only=("another",))):
        assert fetch.fetch(source, again) == fetched
    odd.rename(odd.with_name("b.csv"))
    healed = fetch.fetch(source, settings)
    assert (healed.status, [file.path for file in healed.files]) == ("ok", ["data/a.csv", "data/b.csv"])


def test_a_name_that_is_no_text_is_left_out_of_an_archive_and_of_an_older_cache(
    settings: Settings, source: Source
) -> None:
    content = tarball({"top/data/a.csv": b"x\n1\n", "top/" + os.fsdecode(ODD): b"x\n2\n"})
    cache = Cache(settings.home, "made_up", ORIGIN)
    archive.download(cache, client(lambda _: httpx.Response(200, content=content)))
    assert (list(cache.entries), cache.left_out) == (["data/a.csv"], {r"data/\xff\xfe.csv"})
    cache.entries[os.fsdecode(ODD)] = cache.entries["data/a.csv"]
    cache.left_out.clear()
    cache.save()
    fetched = fetch.fetch(source, settings)
    assert (fetched.status, [file.path for file in fetched.files]) == ("partial", ["data/a.csv"])
    assert fetched.digest()


def test_a_local_file_whose_name_is_no_text_is_left_out(settings: Settings, source: Source) -> None:
    def found(home: Path) -> list[RawFile]:
        return [RawFile(name, "own", home / name, 1, "") for name in ("a.csv", os.fsdecode(ODD))]

    fetched = fetch.fetch(replace(source, origins=(), local=found), settings)
    assert (fetched.status, [file.path for file in fetched.files]) == ("partial", ["a.csv"])
    assert r"data/\xff\xfe.csv" in fetched.message


def test_changed_bytes_at_a_pinned_version_are_an_error(settings: Settings, source: Source) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    fetch.fetch(source, settings)
    put(settings, "data/a.csv", "x\n2\n")
    Cache(settings.home, source.name, ORIGIN)._local("data/a.csv").unlink()
    with pytest.raises(DigestError, match=r"data/a\.csv now has digest"):
        fetch.fetch(source, settings)


def test_a_damaged_cache_heals_from_the_mirror(settings: Settings, source: Source) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    fetch.fetch(source, settings)
    Cache(settings.home, source.name, ORIGIN)._local("data/a.csv").write_text("x\n9\n")
    assert fetch.fetch(source, settings).files[0].read() == b"x\n1\n"


def test_a_damaged_manifest_says_what_to_delete(settings: Settings, source: Source) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    fetch.fetch(source, settings)
    (settings.home / "raw" / source.name / ORIGIN.commit / "manifest.json").write_text("{")
    with pytest.raises(DigestError, match="delete"):
        fetch.fetch(source, settings)


@pytest.mark.parametrize("damage", ["[]", '{"files": 3}', '{"files": {"data/a.csv": 1}}'])
def test_a_manifest_of_another_shape_says_what_to_delete(
    settings: Settings, source: Source, damage: str
) -> None:
    put(settings, "data/a.csv", "x\n1\n")
    fetch.fetch(source, settings)
    (settings.home / "raw" / source.name / ORIGIN.commit / "manifest.json").write_text(damage)
    with pytest.raises(DigestError, match="delete"):
        fetch.fetch(source, settings)


def test_archive_keeps_only_wanted_members_and_trusts_no_path(settings: Settings) -> None:
    members = {
        "tables-c0ffee/data/a.csv": b"x\n1\n",
        "tables-c0ffee/data/../../../evil.csv": b"evil",
        "/data/b.csv": b"evil",
        "tables-c0ffee/README.md": b"not wanted",
    }
    content = tarball(members, link="tables-c0ffee/data/link.csv")
    cache = Cache(settings.home, "made_up", ORIGIN)
    archive.download(cache, client(lambda _: httpx.Response(200, content=content)))
    assert list(cache.entries) == ["data/a.csv"]
    assert not list(settings.home.rglob("evil.csv"))


def test_archive_is_tried_again_after_a_server_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PAUSE_SECONDS", 0.0)
    content = tarball({"top/data/a.csv": b"x\n1\n"})
    answers = iter([httpx.Response(503), httpx.Response(200, content=content)])
    cache = Cache(settings.home, "made_up", ORIGIN)
    archive.download(cache, client(lambda _: next(answers)))
    assert cache.holds("data/a.csv")


def test_archive_over_the_cap_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 3)
    content = tarball({"top/data/a.csv": b"x\n1\n"})
    cache = Cache(settings.home, "made_up", ORIGIN)
    with pytest.raises(archive.ArchiveError, match="over the cap"):
        archive.download(cache, client(lambda _: httpx.Response(200, content=content)))


@pytest.mark.parametrize(
    "content",
    [b"<html>not here</html>", tarball({"top/data/a.csv": b"x" * 5000})[:60]],
    ids=["page", "cut"],
)
def test_a_broken_archive_is_a_clear_error(settings: Settings, content: bytes) -> None:
    cache = Cache(settings.home, "made_up", ORIGIN)
    with pytest.raises(archive.ArchiveError, match="not a usable archive"):
        archive.download(cache, client(lambda _: httpx.Response(200, content=content)))


def test_a_missing_archive_is_not_tried_again(settings: Settings) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404)

    cache = Cache(settings.home, "made_up", ORIGIN)
    with pytest.raises(archive.ArchiveError, match="404"):
        archive.download(cache, client(answer))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        ("a/b.csv", "a/*.csv", True),
        ("a/c/b.csv", "a/*.csv", False),
        ("a/c/b.csv", "a/**/*.csv", True),
        ("a/b.csv", "a/**/*.csv", True),
        ("a/b.csvx", "a/*.csv", False),
    ],
)
def test_globs(path: str, glob: str, expected: bool) -> None:
    assert matches(path, (glob,)) is expected
