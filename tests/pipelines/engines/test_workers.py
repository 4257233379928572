"""Processes side by side: what they give back, how they fail, and that none outlives who started it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.engines.workers import WorkerError, closing_processes, side_by_side
from pipelines.fits.run_fits import Fit, Part, fit_in_parts
from pipelines.settings import Settings
from pipelines.warehouse.home import Warehouse

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="no /proc to ask after processes"
)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closing_processes():
        yield


def where(number: int) -> tuple[int, int, int]:
    return number, os.getpid(), pl.thread_pool_size()


def share_of_own_thread() -> float:
    """Of the processor time of products of matrices: the share of the thread that asked for them."""
    matrix = np.ones((600, 600))
    matrix @ matrix
    everyone, own = time.process_time(), time.thread_time()
    for _ in range(20):
        matrix @ matrix
    return (time.thread_time() - own) / (time.process_time() - everyone)


def refuse(number: int) -> int:
    if number == 3:
        raise InputError("three: not this one")
    return number


def end_hard() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_at_work(process: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked after does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def squares(part: Part) -> list[pl.DataFrame]:
    return [part.rows.with_columns(pl.col("score") ** 2, threads=part.threads, process=os.getpid())]


def test_every_result_comes_from_another_process_with_a_core_to_itself() -> None:
    found = list(side_by_side(where, [(k,) for k in range(6)]))
    assert sorted(number for number, _, _ in found) == list(range(6))
    assert os.getpid() not in {process for _, process, _ in found}
    assert {threads for _, _, threads in found} == {1}


def test_products_of_matrices_keep_to_the_core_of_their_process() -> None:
    assert list(side_by_side(share_of_own_thread, [()])) == [pytest.approx(1.0, abs=0.1)]


def test_an_error_comes_back_as_what_it_was() -> None:
    with pytest.raises(InputError, match="three: not this one"):
        list(side_by_side(refuse, [(k,) for k in range(6)]))
    assert list(side_by_side(refuse, [(1,)])) == [1]


def test_a_process_that_is_killed_is_an_error_that_says_so_and_the_next_call_works() -> None:
    with pytest.raises(WorkerError, match="end_hard was ended from outside"):
        list(side_by_side(end_hard, [()]))
    assert list(side_by_side(refuse, [(2,)])) == [2]


@needs_proc
def test_no_process_outlives_who_started_it() -> None:
    script = """
import time
from pipelines.engines.workers import side_by_side
from tests.pipelines.engines.test_workers import where
print(*{process for _, process, _ in side_by_side(where, [(k,) for k in range(8)])}, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        processes = [int(process) for process in parent.stdout.readline().split()]
        assert processes
        parent.kill()
    deadline = time.monotonic() + 20
    while any(map(is_at_work, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_at_work, processes))


def use() -> None:
    list(side_by_side(where, [(k,) for k in range(4)]))


def test_a_process_that_used_others_ends_though_it_closed_nothing() -> None:
    """As a run of Dagster does, which is a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=use)
    process.start()
    try:
        process.join(60)
        assert process.exitcode == 0
    finally:
        process.kill()


def test_parts_come_out_alike_in_one_process_and_in_several(tmp_path: Path) -> None:
    made = {}
    for name, rows_for_processes in (("here", 1000), ("elsewhere", 0)):
        warehouse = Warehouse(Settings(home=tmp_path / name), ())
        frame = pl.DataFrame({"source": ["s"] * 3, "corpus": ["a", "b", "b"], "score": [1.0, 2.0, 3.0]})
        warehouse.store.write("marts", "loss_scores", "", frame, lambda _: None)
        fit = Fit({"square_fits": "squares"}, frame.columns, squares, rows_for_processes=rows_for_processes)
        fit_in_parts(warehouse, fit)
        made[name] = pl.read_parquet(warehouse.store.path("fits", "square_fits"))
        assert fit_in_parts(warehouse, fit)["square_fits"].reused
    assert made["here"].drop("threads", "process").equals(made["elsewhere"].drop("threads", "process"))
    assert set(made["here"]["process"]) == {os.getpid()}
    assert os.getpid() not in set(made["elsewhere"]["process"])
    assert set(made["elsewhere"]["threads"]) == {1}
