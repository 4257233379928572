"""Steps side by side: several at once, each after those that it is made from, and a stop that waits for none."""

import os
import signal
import threading

import dagster as dg
import pytest

from pipelines.assets.side_by_side import run_job
from pipelines.engines.here import LEAST_MEGABYTES
from pipelines.release.outcome import StoppedError

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processors and memory enough for both, whatever this machine has."""
    monkeypatch.setattr("pipelines.engines.workers.cores", lambda: 2)
    monkeypatch.setattr("pipelines.engines.here.usable_megabytes", lambda: 2 * LEAST_MEGABYTES)


def job_of(*assets: dg.AssetsDefinition) -> dg.JobDefinition:
    """Return a job over all of some assets."""
    return dg.Definitions(assets, jobs=[dg.define_asset_job("all")]).resolve_job_def("all")


def test_two_steps_work_at_once_and_a_third_waits_for_both(instance: dg.DagsterInstance) -> None:
    met, done = threading.Barrier(2), []

    @dg.asset
    def first() -> None:
        met.wait(PATIENCE)
        done.append("first")

    @dg.asset
    def second() -> None:
        met.wait(PATIENCE)
        done.append("second")

    @dg.asset(deps=[first, second])
    def third() -> None:
        done.append("third")

    assert run_job(job_of(first, second, third), instance).success
    assert sorted(done[:2]) == ["first", "second"]
    assert done[2:] == ["third"]


@pytest.mark.parametrize(("megabytes", "at_once"), [(2 * LEAST_MEGABYTES, 2), (LEAST_MEGABYTES, 1)])
def test_no_more_steps_work_at_once_than_processors_and_memory_allow(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, megabytes: int, at_once: int
) -> None:
    monkeypatch.setattr("pipelines.engines.here.usable_megabytes", lambda: megabytes)
    at_work, most = set(), []

    def one(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"step_{number}")
        def step() -> None:
            at_work.add(number)
            most.append(len(at_work))
            threading.Event().wait(0.05)
            at_work.discard(number)

        return step

    assert run_job(job_of(*map(one, range(6))), instance).success
    assert max(most) == at_once


def test_a_step_that_fails_leaves_the_others_at_work(instance: dg.DagsterInstance) -> None:
    failed, done = threading.Event(), []

    @dg.asset
    def broken() -> None:
        failed.set()
        raise ValueError("not readable")

    @dg.asset
    def sound() -> None:
        failed.wait(PATIENCE)
        done.append("sound")

    @dg.asset(deps=[broken])
    def behind() -> None:
        done.append("behind")

    @dg.asset(deps=[sound])
    def further() -> None:
        done.append("further")

    result = run_job(job_of(broken, sound, behind, further), instance, raise_on_error=False)
    assert not result.success
    assert done == ["sound", "further"]
    with pytest.raises(ValueError, match="not readable"):
        run_job(job_of(broken), instance)


def test_a_step_is_tried_again_while_others_work(instance: dg.DagsterInstance) -> None:
    tries, again = [], threading.Event()

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1, delay=0.1))
    def shaky() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the network is away")
        again.set()

    @dg.asset
    def long() -> None:
        assert again.wait(PATIENCE), "nobody tried again while this was at work"

    assert run_job(job_of(shaky, long), instance).success
    assert len(tries) == 2


def test_a_stop_does_not_wait_for_steps_at_work(instance: dg.DagsterInstance) -> None:
    release, done = threading.Event(), []

    @dg.asset
    def long() -> None:
        release.wait(PATIENCE)
        done.append("long")

    @dg.asset
    def stopping() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    @dg.asset(deps=[stopping, long])
    def behind() -> None:
        done.append("behind")

    with pytest.raises(StoppedError, match="stopped; what is done is kept"):
        run_job(job_of(long, stopping, behind), instance, raise_on_error=False)
    assert not done
    release.set()
