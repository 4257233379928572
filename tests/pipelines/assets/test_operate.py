"""Dagster as an operator meets it: sensor, schedules, automation, retries and history, each by running it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines.assets import jobs
from pipelines.assets import raw_assets as raw
from pipelines.assets.build import build
from pipelines.assets.jobs import drop_folder_sensor, prune_history
from pipelines.settings import Settings
from pipelines.sources import SOURCES, own, select
from pipelines.warehouse.home import Warehouse
from tests.tools.own_files import drop

# One that is embedded, one that is not, and one's own: what is asked for does not hang on how many there are.
SMALL = select(("cerebras_gpt", "gadre", "own"))
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", offline=True, replicates=50)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as made:
        yield made


def put_run(folder: Path, *, run: str = "tiny", loss: float = 3.0) -> Path:
    """A folder with one run of one's own: three checkpoints, a loss and a score each."""
    folder.mkdir(parents=True, exist_ok=True)
    card = f'run = "{run}"\ncorpus = "c4_en"\nunit = "nats_per_token"\nparams = 1000\ntokens_per_step = 10\n'
    (folder / "emergence.toml").write_text(card)
    (folder / "losses.csv").write_text(f"step,loss\n1,{loss + 1}\n2,{loss + 0.5}\n3,{loss}\n")
    (folder / "scores.csv").write_text(
        "step,task,format,metric,n_shot,score\n1,piqa,rc,acc,0,0.5\n2,piqa,rc,acc,0,0.55\n3,piqa,rc,acc,0,0.6\n"
    )
    return folder


def test_one_source_is_taken_in_again_as_a_partition(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    job = build(settings).resolve_job_def("take_in")
    assert job.partitions_def.get_partition_keys() == [source.name for source in SOURCES]
    assert job.execute_in_process(partition_key="gpt_neo", instance=instance, run_config=QUIET).success
    standing = {path.name for path in (settings.home / "staging").iterdir()}
    assert "raw_gpt_neo_figures" in standing
    assert all("_gpt_neo" in name for name in standing)
    made = instance.get_latest_materialization_event(dg.AssetKey("raw_gpt_neo_figures")).asset_materialization
    assert made.metadata["dagster/row_count"].value > 0
    assert len(made.tags["dagster/data_version"]) == 64


def test_one_run_of_ones_own_is_taken_in_again_as_a_partition(
    settings: Settings, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run in ("one", "two"):
        drop(put_run(tmp_path / run, run=run), settings.home)
    sensor = drop_folder_sensor(Warehouse(settings, SOURCES))
    (listed,) = tick(sensor, None, instance).dynamic_partitions_requests
    assert list(listed.partition_keys) == ["one", "two"]
    instance.add_dynamic_partitions("own_runs", listed.partition_keys)
    job, read = build(settings).resolve_job_def("take_in_run"), list[str]()
    settled = own._settled

    def noted(folder: str, *rest: object):  # type: ignore[no-untyped-def]
        read.append(folder)
        return settled(folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(own, "_settled", noted)
    for _ in range(2):
        assert job.execute_in_process(partition_key="two", instance=instance, run_config=QUIET).success
    assert read == ["one", "two", "two"]
    staged = pl.read_parquet(settings.home / "staging" / "raw_own_runs" / "data.parquet", glob=False)
    assert sorted(staged["folder"]) == ["one", "two"]
    shutil.rmtree(settings.home / "drop" / "two")
    (gone,) = tick(sensor, None, instance).dynamic_partitions_requests
    assert list(gone.partition_keys) == ["two"]
    ended = job.execute_in_process(
        partition_key="two", instance=instance, run_config=QUIET, raise_on_error=False
    )
    assert not ended.success


def tick(sensor: dg.SensorDefinition, cursor: str | None, instance: dg.DagsterInstance | None = None):  # type: ignore[no-untyped-def]
    asked = instance or dg.DagsterInstance.ephemeral()
    return sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor, instance=asked))


def test_the_sensor_asks_for_a_refresh_when_the_drop_folder_changes(
    settings: Settings, tmp_path: Path
) -> None:
    sensor = drop_folder_sensor(Warehouse(settings, SOURCES))
    first = tick(sensor, None)
    assert not first.run_requests
    drop(put_run(tmp_path / "mine"), settings.home)
    writing = tick(sensor, first.cursor)
    assert not writing.run_requests
    second = tick(sensor, writing.cursor)
    assert len(second.run_requests) == 1
    third = tick(sensor, second.cursor)
    assert not third.run_requests
    drop(put_run(tmp_path / "mine", loss=2.9), settings.home)
    fourth = tick(sensor, third.cursor)
    drop(put_run(tmp_path / "mine", loss=2.8), settings.home)
    fifth = tick(sensor, fourth.cursor)
    assert not fourth.run_requests
    assert not fifth.run_requests
    assert len(tick(sensor, fifth.cursor).run_requests) == 1


def test_the_sensor_forgets_what_changed_and_changed_back(settings: Settings, tmp_path: Path) -> None:
    sensor = drop_folder_sensor(Warehouse(settings, SOURCES))
    drop(put_run(tmp_path / "mine"), settings.home)
    seen = tick(sensor, tick(sensor, tick(sensor, None).cursor).cursor)
    cursor = seen.cursor
    for loss in (2.5, 3.0, 2.5):
        drop(put_run(tmp_path / "mine", loss=loss), settings.home)
        looked = tick(sensor, cursor)
        cursor = looked.cursor
        assert not looked.run_requests


def test_the_daily_schedule_asks_for_a_refresh(settings: Settings) -> None:
    repository = build(settings).get_repository_def()
    schedule = repository.get_schedule_def("daily_refresh")
    with dg.build_schedule_context() as context:
        ticked = schedule.evaluate_tick(context)
    assert len(ticked.run_requests) == 1
    assert schedule.job_name == "refresh"


def test_automation_runs_what_is_missing_then_nothing_then_only_what_a_change_touches(
    settings: Settings, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    defs = build(settings, SMALL)
    refresh = defs.resolve_job_def("refresh")
    missing = dg.evaluate_automation_conditions(defs, instance)
    assert missing.total_requested == len(list(defs.resolve_all_asset_specs()))
    first = refresh.execute_in_process(instance=instance, run_config=QUIET)
    assert first.success
    (fitted,) = first.asset_materializations_for_node("fit_threshold_fits")
    assert {"rows", "verdicts", "dagster/row_count"} <= set(fitted.metadata)
    assert "| cerebras_gpt |" in str(fitted.metadata["rows"].value)
    # What that run made is no news, and the same run again finds nothing to do.
    settled = dg.evaluate_automation_conditions(defs, instance, cursor=missing.cursor)
    assert settled.total_requested == 0
    again = refresh.execute_in_process(instance=instance, run_config=QUIET)
    assert all(reused(event) for event in again.get_asset_materialization_events() if is_sql(event))
    settled = dg.evaluate_automation_conditions(defs, instance, cursor=settled.cursor)
    assert settled.total_requested == 0
    drop(put_run(tmp_path / "mine"), settings.home)
    keys = [dg.AssetKey(name) for name in ("raw_own_runs", "raw_own_losses", "raw_own_scores", "intake_own")]
    assert refresh.execute_in_process(instance=instance, run_config=QUIET, asset_selection=keys).success
    changed = dg.evaluate_automation_conditions(defs, instance, cursor=settled.cursor)
    assert "stg_own" in asked_for(defs, changed)
    assert "stg_gadre" not in asked_for(defs, changed)
    # Step by step down the graph, each once its parent has changed.
    keys = [dg.AssetKey("stg_own")]
    assert refresh.execute_in_process(instance=instance, run_config=QUIET, asset_selection=keys).success
    further = dg.evaluate_automation_conditions(defs, instance, cursor=changed.cursor)
    assert "observations" in asked_for(defs, further)
    assert "stg_own" not in asked_for(defs, further)


def asked_for(defs: dg.Definitions, evaluated: dg.EvaluateAutomationConditionsResult) -> set[str]:
    graph = defs.resolve_asset_graph()
    return {k.to_user_string() for k in graph.materializable_asset_keys if evaluated.get_num_requested(k)}


def is_sql(event: dg.DagsterEvent) -> bool:
    return event.step_key in {"observations", "scores", "losses", "loss_scores", "fit_threshold_fits"}


def reused(event: dg.DagsterEvent) -> bool:
    return bool(event.materialization.metadata["reused"].value)


def test_a_fetch_that_fails_for_a_moment_is_tried_again(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "RETRIES", dg.RetryPolicy(max_retries=2, delay=0))
    tries: list[str] = []
    ingest = raw.ingest

    def flaky(source, *rest, **named):  # type: ignore[no-untyped-def]
        tries.append(source.name)
        if tries.count(source.name) == 1:
            raise OSError("the disk was busy")
        return ingest(source, *rest, **named)

    monkeypatch.setattr(raw, "ingest", flaky)
    job = build(settings, SMALL).resolve_job_def("refresh")
    keys = [dg.AssetKey("raw_cerebras_gpt_figures"), dg.AssetKey("intake_cerebras_gpt")]
    result = job.execute_in_process(instance=instance, run_config=QUIET, asset_selection=keys)
    assert result.success
    assert tries == ["cerebras_gpt", "cerebras_gpt"]


def test_old_runs_are_pruned_and_recent_ones_kept(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prune_history.execute_in_process(instance=instance, run_config=QUIET)
    assert first.output_for_node("delete_old_runs") == 0
    assert instance.get_run_by_id(first.run_id) is not None
    monkeypatch.setattr(jobs, "HISTORY_DAYS", -1)
    second = prune_history.execute_in_process(instance=instance, run_config=QUIET)
    assert second.output_for_node("delete_old_runs") == 1
    assert instance.get_run_by_id(first.run_id) is None


def test_what_writes_shares_a_pool_and_the_release_has_a_freshness(settings: Settings) -> None:
    defs = build(settings, SMALL)
    pools = {op.name: op.pool for assets in defs.assets or [] for op in [assets.op]}  # type: ignore[union-attr]
    assert pools["loss_scores"] == pools["fit_threshold_fits"] == pools["release"] == raw.POOL
    release = next(spec for spec in defs.resolve_all_asset_specs() if spec.key == dg.AssetKey("release"))
    assert release.freshness_policy is not None
