"""A run outside a deployment: nothing of it is written down, and its caller still hears all that came to pass."""

import dagster as dg

from pipelines.assets.side_by_side import run_job


def test_a_run_without_a_deployment_tells_its_caller_what_failed(instance: dg.DagsterInstance) -> None:
    tries = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def first() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")

    @dg.asset_check(asset=first, blocking=True)
    def sound() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, description="two rows of one key")

    @dg.asset(deps=[first])
    def behind() -> None:
        tries.append(2)

    job = dg.Definitions([first, behind], asset_checks=[sound], jobs=[dg.define_asset_job("all")])
    result = run_job(job.resolve_job_def("all"), instance, raise_on_error=False)
    assert not result.success
    assert tries == [1, 1]  # tried again; what stands behind a failed check is not made
    assert [event.step_key for event in result.all_events if event.is_step_failure] == ["first_sound"]
    checked = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    assert checked[0].asset_check_evaluation_data.description == "two rows of one key"
    assert instance.is_ephemeral
    assert not instance.all_logs(result.run_id)
