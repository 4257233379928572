"""The Dagster definitions load, explain themselves, and hold the promised jobs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.assets.launcher import PROCESS, LocalLauncher
from pipelines.assets.run import refresh
from pipelines.assets.sql_assets import columns_made
from pipelines.definitions import defs
from pipelines.settings import Settings
from pipelines.warehouse import catalog, checks
from pipelines.warehouse.checks import Check
from tests.test_house import ROOT


def test_definitions_load_and_every_asset_explains_itself() -> None:
    dg.Definitions.validate_loadable(defs)
    specs = list(defs.resolve_all_asset_specs())
    assert {spec.group_name for spec in specs} == {"raw", "staging", "marts", "fits", "reports", "release"}
    for spec in specs:
        assert spec.description, spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key


def test_jobs_and_schedule() -> None:
    repository = defs.get_repository_def()
    assert {"refresh", "ingest", "fit", "report"} <= set(repository.job_names)
    assert repository.has_schedule_def("daily_refresh")


def test_sql_dependencies_are_read_from_the_sql() -> None:
    graph = defs.resolve_asset_graph()
    parents = {key.to_user_string() for key in graph.get(dg.AssetKey("loss_scores")).parent_keys}
    assert parents == set(catalog.models()["loss_scores"].parents)
    staged = {key.to_user_string() for key in graph.get(dg.AssetKey("observations")).parent_keys}
    assert {"stg_gadre", "stg_olmo_ladder", "stg_cerebras_gpt"} <= staged


def test_workspace_names_the_definitions_and_nothing_else() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    assert workspace == {"load_from": [{"python_module": "pipelines.definitions"}]}


def test_the_instance_settings_are_ones_that_dagster_takes(tmp_path: Path) -> None:
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert isinstance(instance.run_launcher, LocalLauncher)
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds == 3600
        assert instance.run_retries_enabled
        assert instance.get_concurrency_config().pool_config.default_pool_limit == 1


def test_a_run_whose_process_is_gone_is_seen_to_be_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    looks = {process: _look(process) for process in (gone.pid, os.getpid(), None)}
    assert looks == {gone.pid: "FAILED", os.getpid(): "RUNNING", None: "RUNNING"}


@pytest.mark.parametrize(("code", "status"), [("UNAVAILABLE", "FAILED"), ("DEADLINE_EXCEEDED", "RUNNING")])
def test_a_server_that_is_late_is_not_one_that_is_gone(
    code: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Server:
        def can_cancel_execution(self, *_: object, **__: object) -> None:
            raise RuntimeError(f"Could not reach user code server. gRPC Error code: {code}")

    monkeypatch.setattr(LocalLauncher, "_get_grpc_client_for_termination", lambda *_: Server())
    assert _look(None) == status


def _look(process: int | None) -> str:
    run = dg.DagsterRun("refresh", tags={PROCESS: str(process)} if process else {})
    return LocalLauncher().check_run_worker_health(run).status.value


def test_the_page_of_operating_installs_the_versions_that_are_locked() -> None:
    locked = (ROOT / "requirements-dev.lock").read_text()
    asked = re.findall(r"pip install (?!-)([\w.=-]+)", (ROOT / "docs" / "operate.md").read_text())
    assert len(asked) == 2
    assert all(f"\n{name} " in locked for name in asked)


def test_a_table_that_was_made_shows_the_types_of_its_columns(release: Path) -> None:
    columns = columns_made("thresholds", release / "tables" / "thresholds.parquet").columns
    assert {column.name: column.type for column in columns}["eta"] == "Float64"
    assert all(column.description for column in columns)


def test_a_check_that_blocks_says_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "select loss from losses where source = 'cerebras_gpt' and loss > 2.6"
    check = Check("losses_too_high", query, "a loss is above 2.6", "error", True, ("losses",))
    monkeypatch.setattr(checks, "read_checks", lambda: [check])
    run = refresh(Settings(home=tmp_path, offline=True))
    assert run.release is None
    assert run.failures == ["losses_too_high: a loss is above 2.6, 1 times; first {'loss': 2.608}"]
