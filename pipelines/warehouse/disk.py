"""Says plainly that a disk is full or only to be read, whichever library met it, and leaves no half files."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from emergence.errors import EmergenceError

# Full, over the quota of a user, or over the largest file that the system allows.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SAID = ("no space left", "disk quota exceeded", "file too large")
_ONLY_READ = "read-only file system"

_CLONE = 0x40049409  # the call of Linux by which two files share their bytes until one of them is written


class DiskFullError(EmergenceError):
    """There is no room for what has to be written, or it may not be written at all."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what is behind it, is for a disk that takes no more."""
    while error is not None:
        if isinstance(error, DiskFullError) or (isinstance(error, OSError) and error.errno in _FULL):
            return True
        if any(words in str(error).lower() for words in (*_SAID, _ONLY_READ)):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_passing(error: BaseException) -> bool:
    """Whether the system, and not the work, stood in the way, so that another try may find it gone."""
    return isinstance(error, OSError | duckdb.IOException) and not is_full(error)


@contextmanager
def told_plainly(home: Path) -> Iterator[None]:
    """Write to a home folder inside, by whatever library; raises DiskFullError where it takes no more."""
    try:
        yield
    except Exception as error:
        if is_full(error) and not isinstance(error, DiskFullError):
            raise full(home, error) from error
        raise


@contextmanager
def room_for(target: Path) -> Iterator[None]:
    """Write ``target`` (a file or a folder) inside: where that fails, what was written of it goes.

    Raises DiskFullError where the disk is full, any other error as it is.
    """
    try:
        yield
    except BaseException as error:
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            with suppress(OSError):  # where nothing can be written, nothing can be deleted
                target.unlink(missing_ok=True)
        if is_full(error) and not isinstance(error, DiskFullError):
            raise full(target, error) from error
        raise


def copy(source: Path, target: Path) -> None:
    """Copy a file with its time, so that whoever writes to either leaves the other as it is.

    Where the file system can, the copy takes no room until then.
    """
    with source.open("rb") as original, target.open("wb") as written:
        try:
            fcntl.ioctl(written.fileno(), _CLONE, original.fileno())
        except OSError:
            shutil.copyfileobj(original, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())
    seen = source.stat()
    os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def full(target: Path, error: BaseException) -> DiskFullError:
    """Return the error that says which disk takes no more and what to do."""
    home = next(folder for folder in (target, *target.parents) if folder.exists())
    free = shutil.disk_usage(home).free
    said = " ".join(str(error).split())[:200]
    if _ONLY_READ in said.lower():
        return DiskFullError(
            f"no room to write {target}: the file system is for reading alone; make it writable, then run "
            f"again ({said})"
        )
    return DiskFullError(
        f"no room to write {target}: {free / 2**20:,.0f} MiB are free; make room, then run again ({said})"
    )
