"""Mutates archives, published files and files of one's own at random, and gives them to their readers.

An archive is read as it was or refused. An adapter raises what its ingest expects, or returns the tables that
it declares, without a number that is none. Prints the first bytes that break this, and ends with 1.
"""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

import polars as pl

from pipelines.intake.ingest import PARSE_ERRORS
from pipelines.intake.safe_text import safe_frame
from pipelines.intake.spec import Intake, RawFile, Source
from pipelines.sources import SOURCES
from tests.tools import own_mutants
from tests.tools.lying_server import damaged, read_or_refused, wanted
from tests.tools.synthetic import FILES

TOKENS = (
    b"NaN",
    b"-1",
    b"1e999",
    b"null",
    b"{}",
    b"[]",
    b'""',
    b"\x00",
    b"\xff",
    b"\n",
    b",",
    b'"',
    b"9" * 40,
)


def mutated(content: bytes, dice: random.Random) -> bytes:
    """Return bytes with one to four changes: flipped, put in, taken out, doubled, or cut off."""
    out = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(out) + 1)
        match dice.randrange(5):
            case 0 if at < len(out):
                out[at] = dice.randrange(256)
            case 1:
                out[at:at] = dice.choice(TOKENS)
            case 2:
                del out[at : at + dice.randint(1, 40)]
            case 3:
                out[at:at] = out[at : at + dice.randint(1, 200)]
            case _ if dice.random() < 0.2:
                del out[at:]
    return bytes(out)


def parsed(source: Source, files: dict[str, bytes], folder: Path) -> str:
    """Give files to an adapter; return `refused`, `rejected` or `taken`; raises what breaks the promise."""
    raw = []
    for number, (path, content) in enumerate(files.items()):
        local = folder / str(number)
        local.write_bytes(content)
        raw.append(RawFile(path, "c0ffee", local, len(content), str(number)))
    intake = Intake(source.name)
    try:
        tables = source.parse(raw, intake)
    except PARSE_ERRORS:
        return "refused"
    for name, schema in source.tables.items():
        frame = safe_frame(tables[name])
        if dict(frame.schema) != dict(pl.Schema(schema)):
            raise AssertionError(f"{source.name}: {name} is {frame.schema}")
    intake.reject_frame()
    return "rejected" if intake.rejects else "taken"


def attack(mutations: int, seed: int) -> dict[str, int]:
    """Do it so often and count what came of it; raises AssertionError, or whatever came out, if it broke."""
    dice = random.Random(seed)
    sources = [source for source in SOURCES if source.name in FILES]
    good = {source.name: FILES[source.name]() for source in sources}
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        for turn in range(mutations):
            if turn % 4 == 0:
                found = read_or_refused(damaged(dice))
                assert found in (wanted(), None), f"turn {turn}: an archive was read as {found!r:.200}"
                counts["archives refused" if found is None else "archives whole"] += 1
                continue
            source = dice.choice(sources)
            files = dict(good[source.name])
            chosen = dice.choice(sorted(files))
            files[chosen] = mutated(files[chosen], dice)
            try:
                counts[f"files {parsed(source, files, Path(place))}"] += 1
            except BaseException:
                print(f"BROKEN at turn {turn}: {source.name} {chosen} {files[chosen][:2000]!r}")
                raise
    return dict(sorted(counts.items()))


def main() -> None:
    """Attack as often as asked and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mutations", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=int(monotonic()))
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    print(f"{given.mutations:,} mutations: {attack(given.mutations, given.seed)}; nothing broke", flush=True)
    with tempfile.TemporaryDirectory() as place:
        counts = own_mutants.attack(given.mutations, given.seed, Path(place))
    print(f"{given.mutations:,} mutations of one's own files: {counts}; nothing broke")


if __name__ == "__main__":
    main()
