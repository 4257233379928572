"""Trainings of GPT-2 (124M) by followers of build-nanogpt: losses and HellaSwag every 250 steps."""

import re

import polars as pl

from pipelines.intake.logs import CUT, read_log
from pipelines.intake.reading import number, whole_number
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

POINTS = {
    "repo": pl.String,
    "log": pl.String,
    "step": pl.Int64,
    "kind": pl.String,
    "value": pl.Float64,
    "commit": pl.String,
    "file": pl.String,
    "line": pl.Int64,
}
LINE = re.compile(r"(?P<step>\d+) (?P<kind>train|val|hella) (?P<value>\d+(\.\d+)?)")
FIRST = Origin(
    repo="AGNDM/build-nanogpt",
    commit="76892e505c26317c5f3ad8961c7d9a07127c0f84",
    include=("log*/*.txt",),
    expects=("log_2.5_epoch_full/log.txt", "log_bigger/log.txt", "log_smaller/log.txt"),
)
SECOND = Origin(
    repo="csabapalfi/build-nanogpt",
    commit="0faebbf7997ccb161b49bb45502c6b7e6ed4a7c2",
    include=("log/*.txt",),
    expects=("log/train-2x-h100-epoch-2.txt",),
)
REPOS = {origin.commit: origin.repo for origin in (FIRST, SECOND)}


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the logs: a line a measurement. Losses on the batches trained on are left out.

    A log of one checkpoint is of a training that was given up, and is skipped.
    """
    points: list[dict[str, object]] = []
    for file in files:
        found = _read(file, intake)
        if len({point["step"] for point in found}) == 1:
            intake.skip(file.path, "one checkpoint: a training given up")
        else:
            points += found
    return {"points": pl.DataFrame(points, schema=POINTS, orient="row")}


def _read(file: RawFile, intake: Intake) -> list[dict[str, object]]:
    folder, _, name = file.path.rpartition("/")
    origin = {
        "repo": REPOS.get(file.commit, file.commit),
        "log": folder if name == "log.txt" else name.removesuffix(".txt"),
        "commit": file.commit,
        "file": file.path,
    }
    points: list[dict[str, object]] = []
    for line, fields in read_log(file, LINE, intake):
        if fields["kind"] == "train":
            continue
        step = whole_number(float(fields["step"]), file, f"line {line}", intake)
        value = number(float(fields["value"]), file, f"line {line}", intake)
        if step is not None and value is not None:
            points.append({"step": step, "kind": fields["kind"], "value": value, "line": line} | origin)
    return points


SOURCE = Source(
    name="nanogpt_forks",
    title="build-nanogpt: trainings of GPT-2 by its forks",
    address="https://github.com/AGNDM/build-nanogpt",
    origins=(FIRST, SECOND),
    licence="MIT (README)",
    citation="logs of AGNDM/build-nanogpt and csabapalfi/build-nanogpt, forks of karpathy/build-nanogpt",
    redistribute=True,
    tables={"points": POINTS},
    parse=parse,
    # A training may still be writing its last line when its log is published.
    dirt={CUT: 0.01},
)
