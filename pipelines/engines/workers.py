"""Processes that work side by side: half of a fit is Python, of which a process runs one thread at a time."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize
from typing import Any, TypeVar

from pipelines.engines.engine import EngineError

T = TypeVar("T")
MOST = 8
"""Processes at most: each holds its own copy of the libraries, and of what it works on."""


class WorkerError(EngineError):
    """A process ended before its task was done."""


def cores() -> int:
    """How many threads or processes can work at once here."""
    return min(os.cpu_count() or 1, MOST)


def side_by_side(work: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[T]:
    """Call `work` with each tuple of arguments in a process of its own, and yield results as they come.

    Function, arguments and results travel pickled. The first exception is raised as it comes, and tasks that
    wait are dropped. Raises WorkerError when a process ends before its task.
    """
    with _STARTING:
        pool = _pool()
    futures = [pool.submit(work, *task) for task in tasks]
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        _pool.cache_clear()
        raise WorkerError(
            f"a process at work on {work.__name__} was ended from outside, most likely for want of memory; "
            "free some, then run again: what is done is kept"
        ) from error
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def closing_processes() -> Iterator[None]:
    """End the processes, if there are any, when the block ends; a later call starts others.

    Where an error ends it, what they are at work on is not waited for.
    """
    try:
        yield
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        if _pool.cache_info().currsize:
            _pool().shutdown(cancel_futures=True)
            _pool.cache_clear()


_STARTING = threading.Lock()


@cache
def _pool() -> ProcessPoolExecutor:
    # Forking a process in which libraries run threads of their own can lock up.
    pool = ProcessPoolExecutor(cores(), multiprocessing.get_context("spawn"), _begin)
    # A process that was itself started so, as a run of Dagster is, waits at its end for those it started,
    # and before that closes the queues (at 10) through which they are told to end.
    Finalize(None, pool.shutdown, exitpriority=100)
    return pool


def _begin() -> None:
    """Leave interruptions to the process that started this one, and end when it does, however that ends."""
    # Each process has a core to itself; the libraries read these when they are imported.
    os.environ |= {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("emergence").setLevel(logging.WARNING)
    end_with_parent()


def end_with_parent() -> None:
    """End this process when the one that started it does, however that ends."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
