"""Reads TensorBoard event files: all of one folder are one run, in the order of their time.

A later file is a restart, or holds other tags: of each tag it replaces what earlier files say from its first
step on. Sub-folders are other runs.
"""

import re
from math import nan
from pathlib import Path

from pipelines.own.reading.curves import Curves
from pipelines.own.reading.event_records import VERSION, CutRecordError, Event, events
from pipelines.own.reading.found import Broken, Counter, Left, OwnFile, Reader, Reading
from pipelines.own.reading.loss_names import OVER_THE_RUN, Name
from pipelines.own.reading.settle_curves import settle

_HEAD = 64
_STEP_IS_SAMPLES = re.compile(r"(?:.*/)?samples/.*", re.I)
_NAMES = {"train/train_loss": Name(left=OVER_THE_RUN)}
# A file holds fewer records than this; more would not tell file and record apart in one number.
_RECORDS = 1 << 40


def recognise(file: OwnFile) -> bool:
    """Say whether a file is one: its first record says the version of its events."""
    return _is_events(file.head[:_HEAD])


def _is_events(head: bytes) -> bool:
    return int.from_bytes(head[:8], "little") < _HEAD and VERSION.search(head[12:]) is not None


def read(file: OwnFile) -> Reading:
    """Read the run of a folder at its first file; its other files are left to that one."""
    folder = _in_time(file.local.parent)
    if folder and folder[0] != file.local:
        why = f"read with {folder[0].name}: files of one folder are one run"
        return Reading(left=[Left(file.path, "", why)])
    files = folder or [file.local]
    others = [other for local in files[1:] if (other := file.beside(local.name)) is not None]

    def place(row: int, tag: str) -> str:
        number, record = divmod(row, _RECORDS)
        return (
            f"{files[number].name}, record {record}, {tag}" if len(files) > 1 else f"record {record}, {tag}"
        )

    curves, broken = Curves(file.path, place, names=_NAMES), list[Broken]()
    for number, local in enumerate(files):
        try:
            _take(local, number, curves, _run(file))
        except (CutRecordError, OSError):
            fix = "a record is not whole: the file is being written, or was cut; what stands before is read"
            broken.append(Broken(file.path, local.name, "cut_record", None, fix))
    reading = settle(curves)
    reading.broken += broken
    reading.read_with = others
    return reading


def _take(local: Path, number: int, curves: Curves, run: str | None) -> None:
    begun: set[str] = set()
    with local.open("rb") as stream:
        for record, event in enumerate(events(stream), start=1):
            if event.is_restart and event.step > 0:
                curves.forget(None, run, event.step)
            for tag, value in event.scalars:
                if number and tag not in begun:
                    curves.forget(tag, run, event.step)
                begun.add(tag)
                _add(curves, tag, value, event, number * _RECORDS + record, run)


def _add(curves: Curves, tag: str, value: float, event: Event, row: int, run: str | None) -> None:
    # Values are of 32 bits: the digits beyond the seventh are noise.
    value = float(f"{value:.7g}")
    if _STEP_IS_SAMPLES.fullmatch(tag):
        curves.add(tag, value, event.step, row, samples=event.step, run=run, counter=Counter.SAMPLES)
    else:
        curves.add(tag, value, event.step, row, tokens=nan, run=run)


def _run(file: OwnFile) -> str | None:
    """Return the folder of a file as the name of its run: a log folder may hold several."""
    return file.path.rpartition("/")[0] or None


def _in_time(folder: Path) -> list[Path]:
    """Return the event files of a folder in the order of their first event."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            if not _is_events(head):
                continue
            stream.seek(0)
            try:
                found.append((next(events(stream)).time, path))
            except (CutRecordError, StopIteration):
                continue
    return [path for _, path in sorted(found)]


READER = Reader("tensorboard_events", "TensorBoard event file", recognise, read)
