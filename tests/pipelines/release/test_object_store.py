"""What is exported to an object store is whole once its manifest is there, and says why where it is not."""

import json
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.release.export import export_to_store
from pipelines.release.object_store import ObjectStoreError
from pipelines.release.open_release import Release
from tests.tools.s3_server import s3_server

ADDRESS = "s3://shared/tables/newest"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a release, and an export of it that is two small files and a large one."""
    folder = tmp_path / "home" / "releases" / "2026-01-01-abc"
    (folder / "tables").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"release": folder.name}))
    (tmp_path / "home" / "latest").write_text(folder.name)
    (folder / "emergence.duckdb").write_bytes(b"")

    def exported(_: Path, target: Path) -> Release:
        (target / "tables").mkdir(parents=True)
        (target / "manifest.json").write_text("{}")
        (target / "tables" / "losses.parquet").write_bytes(bytes(range(256)) * 50_000)
        (target / "tables" / "a name.csv").write_text("a\n1\n")
        return Release(target)

    monkeypatch.setattr("pipelines.release.export.export", exported)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    return tmp_path / "home"


def test_every_file_is_there_the_manifest_last_and_nothing_is_overwritten(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server("shared") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        assert export_to_store(home, ADDRESS).name == "2026-01-01-abc"
        assert server.order[-1] == "shared/tables/newest/manifest.json"
        assert server.objects == {
            "shared/tables/newest/manifest.json": b"{}",
            "shared/tables/newest/tables/losses.parquet": bytes(range(256)) * 50_000,
            "shared/tables/newest/tables/a name.csv": b"a\n1\n",
        }
        with pytest.raises(InputError, match="holds a release already"):
            export_to_store(home, ADDRESS)
    assert list((home / "tmp").iterdir()) == []


def test_what_is_refused_says_so_and_goes_through_when_it_is_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server("shared") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        with pytest.raises(
            ObjectStoreError, match=r"s3://other/x cannot be written: .*other.* AWS_ENDPOINT_URL"
        ):
            export_to_store(home, "s3://other/x")
        server.refuses_after = 1
        with pytest.raises(
            ObjectStoreError, match=r"cannot be written: .*(?i:access.?denied).* AWS_ACCESS_KEY_ID"
        ):
            export_to_store(home, ADDRESS)
        assert "shared/tables/newest/manifest.json" not in server.objects
        server.refuses_after = None
        export_to_store(home, ADDRESS)
        assert "shared/tables/newest/manifest.json" in server.objects


def test_a_store_that_nobody_answers_for_and_an_address_without_a_bucket_are_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.release.object_store.RETRIES", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ObjectStoreError, match="s3://shared/tables/newest cannot be written"):
        export_to_store(home, ADDRESS)
    for address in ("s3://", "s3:///x/../y"):
        with pytest.raises(InputError, match="names no bucket"):
            export_to_store(home, address)
