"""The engine of a cluster: what it asks of Ray, and how it says what went wrong there."""

import sys
from pathlib import Path

import pytest

from emergence.errors import InputError
from pipelines.engines import engine_of
from pipelines.engines.engine import EngineError
from pipelines.engines.ray_cluster import RayCluster, look
from pipelines.settings import Settings
from tests.pipelines.engines.test_workers import refuse
from tests.tools.fake_ray import LOST, FakeRay, RayError


def double(number: int) -> int:
    return 2 * number


def test_tasks_state_processor_memory_and_retries_and_all_come_back(tmp_path: Path) -> None:
    ray = FakeRay()
    cluster = RayCluster(ray, tmp_path)
    found = list(cluster.side_by_side(double, [(1,), (2,), (3,)], megabytes=500))
    assert sorted(found) == [2, 4, 6]
    assert ray.options[-1] == {"num_cpus": 1, "max_retries": 3, "memory": 500 << 20}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_work_is_cut_for_every_processor_and_for_the_memory_that_each_has(tmp_path: Path) -> None:
    cluster = RayCluster(FakeRay(processors=4), tmp_path)
    assert (cluster.slots, cluster.task_megabytes) == (4, int(0.6 * 4096))
    rows = (10, 2_000_000, 100_000_000)
    assert [cluster.pieces(n, n // 2000) for n in rows] == [1, 2, 21]


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (ConnectionError("timed out"), "no Ray at ray://head:10001: timed out"),
        (RuntimeError("Version mismatch: started with Ray: 2.9.0"), "refuses this version: .*2.9.0"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_told(tmp_path: Path, refusal: Exception, said: str) -> None:
    with pytest.raises(EngineError, match=said):
        RayCluster(FakeRay(refusal), tmp_path, "ray://head:10001")


def test_a_node_that_does_not_see_the_home_or_has_other_code_is_told(tmp_path: Path) -> None:
    blind = FakeRay(replaced=lambda ticket: (str(tmp_path / "elsewhere"), *ticket.task[1:]))
    with pytest.raises(
        EngineError, match=r"node .* does not see .*elsewhere: put it on a folder that every node has"
    ):
        RayCluster(blind, tmp_path)
    older = FakeRay(replaced=lambda ticket: (*ticket.task[:2], "0a1b"))
    with pytest.raises(
        EngineError, match=r"has other code of this project .* than the one that asks \(0a1b\)"
    ):
        RayCluster(older, tmp_path)
    assert look(str(tmp_path), "none", "0") != ""


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (
            LOST["OutOfMemoryError"]("Task was killed due to the node running low on memory"),
            "ran out of memory",
        ),
        (LOST["OutOfDiskError"]("Local disk is full"), "a node's disk is full: Local disk"),
        (RayError("The worker died unexpectedly"), r"lost with its worker, 3 times over \(The worker died"),
    ],
)
def test_what_befell_a_worker_is_told_and_the_rest_is_dropped(
    tmp_path: Path, lost: Exception, said: str
) -> None:
    ray = FakeRay(lost=lost)
    with pytest.raises(EngineError, match=said):
        list(RayCluster(ray, tmp_path).side_by_side(double, [(1,), (2,), (3,)]))
    assert ray.cancelled == 2


def test_an_error_of_the_work_comes_back_as_what_it_was(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="three: not this one"):
        list(RayCluster(FakeRay(), tmp_path).side_by_side(refuse, [(3,)]))


def test_an_engine_is_named_by_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMERGENCE_ENGINE", "spark")
    with pytest.raises(
        InputError, match="EMERGENCE_ENGINE='spark' must be `here`, `ray`, or `ray://host:port`"
    ):
        Settings.from_environment()
    monkeypatch.setenv("EMERGENCE_ENGINE", "ray://head:10001")
    settings = Settings.from_environment()
    assert (settings.engine, Settings().engine) == ("ray://head:10001", "here")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(
        EngineError, match=r"the engine ray needs its package: pip install 'emergence-warehouse\[ray\]'"
    ):
        engine_of(settings.engine, tmp_path)
