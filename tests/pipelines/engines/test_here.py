"""What one machine lets its processes hold, and when work is cut."""

from pathlib import Path

import pytest

from pipelines.engines import Here, workers
from pipelines.engines.machine import group_limits, memory_megabytes, usable_megabytes


def put(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_max", ".max").replace("_limit", ".limit_in_bytes")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_the_smallest_control_group_around_a_process_counts(tmp_path: Path) -> None:
    groups, listed = tmp_path / "groups", tmp_path / "listed"
    listed.write_text("4:cpu,memory:/box/inner\n3:cpuset:/\n0::/slice/job\n")
    assert list(group_limits(groups, listed)) == []
    put(groups, slice__job__memory_max="max\n", slice__memory_max="3000000000\n")
    put(groups, memory__box__memory_limit="2000000000\n", memory__memory_limit="9223372036854771712\n")
    assert sorted(group_limits(groups, listed)) == [2_000_000_000, 3_000_000_000, 9_223_372_036_854_771_712]


def test_a_path_outside_of_what_a_container_mounts_is_told_by_the_folders_above(tmp_path: Path) -> None:
    (tmp_path / "listed").write_text("0::/../../elsewhere\n")
    put(tmp_path / "groups", memory_max="1000\n")
    assert list(group_limits(tmp_path / "groups", tmp_path / "listed")) == [1000]
    assert list(group_limits(tmp_path / "groups", tmp_path / "none")) == []


def test_at_most_three_fifths_of_the_machine_is_used() -> None:
    assert 0 < usable_megabytes() <= 0.6 * memory_megabytes()
    assert Here().alone_megabytes == usable_megabytes()


def test_only_what_does_not_fit_is_cut_and_processes_share_fairly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 4)
    laptop = Here(megabytes=4000)
    assert (laptop.slots, laptop.task_megabytes) == (4, 1000)
    assert [laptop.pieces(1, need) for need in (700, 4000, 28_000, 28_001, 50_000)] == [1, 1, 1, 32, 52]
    small = Here(megabytes=1000)
    assert (small.slots, small.task_megabytes, small.pieces(1, 7500)) == (1, 1000, 8)
    assert list(small.side_by_side(lambda x: x + 1, [(1,), (2,)], megabytes=1000)) == [2, 3]
