"""What Dagster's pages are told: by checks, and by runs from the command line."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets import run
from pipelines.settings import Settings
from pipelines.warehouse.checks import Outcome, all_checks


def test_a_check_that_passes_does_not_say_that_it_fails() -> None:
    check = next(check for check in all_checks() if check.name == "thresholds_grain")
    assert Outcome(check, 0, "").line.startswith(
        "thresholds_grain: no row found where two rows of thresholds"
    )
    assert Outcome(check, 2, "{'a': 1}").line.endswith("2 times; first {'a': 1}")


def _tiny(_: Settings) -> dg.Definitions:
    @dg.asset
    def release() -> None:
        """Nothing."""

    return dg.Definitions(assets=[release], jobs=[dg.define_asset_job("refresh")])


def test_a_run_from_the_command_line_is_kept_where_an_instance_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.assets.build.build", _tiny)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    assert run._execute(Settings(home=tmp_path / "home")) == []
    with dg.DagsterInstance.get() as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey("release")) is not None


def test_without_a_configured_instance_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.assets.build.build", _tiny)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    assert run._execute(Settings(home=tmp_path / "home")) == []
    assert list(tmp_path.iterdir()) == []
