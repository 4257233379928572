"""Finds the folders and files that hold a training each, where what they say names no run.

A harness that is called within the folder of a run says `pretrained=checkpoint-1000`; a trainer's log says
nothing. So what the paths have in common once steps and dates are taken off them is held against each other:
two that give unlike values at the same steps, or have steps by turns, may be two trainings.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.own.card.card import Card
from pipelines.own.reading.found import Counter
from pipelines.own.reading.positions import names_nothing, without_steps

# Two trackers of one run round otherwise.
ROUNDED = 1e-4
# So many values differ before two files, or two folders that agree in most, are taken for two runs.
FEWEST_UNLIKE = 2
# A log that was taken up again repeats no more than such a share: in a file beside the first, or elsewhere.
JOIN_BESIDE, JOIN = 0.6, 0.25
MOST_COMPARED = 50
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T_ -]\d\d[-:_]?\d\d[-:_]?\d\d(?:\.\d+)?)?", re.A)
_SERIES = (
    *("kind", "key", "task", "counter", "metric", "filter", "format", "n_shot", "held_out", "text"),
    *("prompt", "fewshot_seed"),
)

Parts = tuple[str, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Group:
    """What files hold whose paths are alike but for steps and dates; a row a series and position."""

    folders: Parts
    stem: str
    reader: str
    is_dated: bool
    is_named: bool
    values: pl.DataFrame
    series: frozenset[int]
    first: float
    last: float

    @property
    def path(self) -> Parts:
        """Its folders and its own name."""
        return (*self.folders, self.stem) if self.stem else self.folders


def runs_by_path(frame: pl.DataFrame, card: Card) -> dict[str, Parts]:
    """Return for each file that may be of a run of its own what tells its path from the others'.

    Files that the card names, and those that name several runs themselves, are no matter of theirs.
    """
    rows = _comparable(frame, card)
    if rows["file"].n_unique() < 2:
        return {}
    places = {
        file: _place(file, number)
        for file, number in rows.group_by("file")
        .agg(pl.when(pl.col("at").n_unique() == 1).then(pl.col("at").first()))
        .iter_rows()
    }
    marked: set[Parts] = set()
    for one, two in _candidates(_groups(rows, places)):
        tellers = set(_tellers(one, two))
        if not tellers <= marked and _are_two(one, two):
            marked |= tellers
    found = {
        file: _deepest((*folders, stem) if stem else folders, marked)
        for file, (folders, stem) in places.items()
    }
    return {file: parts for file, parts in found.items() if parts}


def _comparable(frame: pl.DataFrame, card: Card) -> pl.DataFrame:
    """Return the rows to hold against each other, with their position and the series that they are of."""
    files = frame["file"].unique(maintain_order=True).to_list()
    told = {file: card.of("files", file) for file in files} if card.told.get("files") else {}
    texts = {file: str(inner.get("corpus")) for file, inner in told.items()}
    by_card = [file for file, inner in told.items() if isinstance(inner.get("run"), str)]
    names = [name for name in frame["run"].unique().drop_nulls().to_list() if not names_nothing(name)]
    is_named = pl.col("run").is_in(names)
    text = pl.col("file").replace_strict(texts, default=None, return_dtype=pl.String)
    at = pl.coalesce("number", "tokens", pl.when(pl.col("counter") == Counter.LAST).then(float("inf")))
    return (
        frame.filter(~pl.col("file").is_in(by_card), pl.col("run").n_unique().over("file") == 1)
        .with_columns(at=at, text=pl.coalesce("corpus", text), is_named=is_named)
        .filter(pl.col("at").is_not_null())
        .with_columns(series=pl.struct(_SERIES).hash())
    )


def _place(file: str, number: float | None) -> tuple[Parts, str]:
    """Return the folders and the name of a file without steps and dates; ``number`` is its only position."""
    *folders, name = file.split("/")
    stem = "events" if "tfevents" in name else re.sub(r"\.[^./]*$", "", name)
    is_step = [part.isdecimal() and float(part) == number for part in folders]
    told = [_bare(part) for part, is_one in zip(folders, is_step, strict=True) if not is_one]
    return tuple(part for part in told if part), _bare(stem)


def _bare(part: str) -> str:
    return without_steps(_DATE.sub("", part)).strip("-_. ")


def _groups(rows: pl.DataFrame, places: dict[str, tuple[Parts, str]]) -> list[_Group]:
    """Return the groups of files, in order of their first position."""
    ids = {place: index for index, place in enumerate(dict.fromkeys(places.values()))}
    of_file = {file: ids[place] for file, place in places.items()}
    by_id = {index: place for place, index in ids.items()}
    is_dated = pl.col("written").is_not_null() & (pl.col("reader") != "trainer_state")
    values = (
        rows.with_columns(group=pl.col("file").replace_strict(of_file, return_dtype=pl.Int64))
        .group_by("group", "reader", "series", "at")
        .agg(
            pl.col("value").min().alias("low"),
            pl.col("value").max().alias("high"),
            pl.col("is_named").any(),
            is_dated=is_dated.any(),
        )
        .filter(pl.struct("group", "reader").n_unique().over("series") > 1)
    )
    groups = [
        _Group(
            *by_id[index],
            reader,
            bool(mine["is_dated"].any()),
            bool(mine["is_named"].any()),
            mine.select("series", "at", "low", "high"),
            frozenset(mine["series"].to_list()),
            float(mine["at"].min()),  # type: ignore[arg-type]
            float(mine["at"].max()),  # type: ignore[arg-type]
        )
        for (index, reader), mine in values.partition_by("group", "reader", as_dict=True).items()
    ]
    return sorted(groups, key=lambda g: (g.first, g.last, g.path, g.reader))


def _candidates(groups: Sequence[_Group]) -> Iterator[tuple[_Group, _Group]]:
    """Yield the pairs whose steps meet, and that have a series in common; of very many only neighbours."""
    pairs = combinations(groups, 2) if len(groups) <= MOST_COMPARED else pairwise(groups)
    for one, two in pairs:
        if one.path != two.path and two.first <= one.last and not one.series.isdisjoint(two.series):
            yield one, two


def _are_two(one: _Group, two: _Group) -> bool:
    """Say whether two groups seem to be of two trainings."""
    first, second = (
        g.values.filter(pl.col("series").is_in(list(one.series & two.series))) for g in (one, two)
    )
    shared = first.join(second, on=["series", "at"], suffix="_two")
    gap = pl.max_horizontal(pl.col("low") - pl.col("high_two"), pl.col("low_two") - pl.col("high"))
    unlike = shared.filter(gap > ROUNDED * pl.col("high").abs())
    ats, ats_two = (rows["at"].unique().sort().to_numpy() for rows in (first, second))
    is_beside = one.folders == two.folders
    if _goes_on(ats, ats_two, is_beside=is_beside and not shared.is_empty()):
        return False
    several = min(len(ats), len(ats_two)) > 1
    both_named = one.is_named and two.is_named
    if not shared.height:
        # Two tools that log one run may count from 0 and from 1.
        return several and not both_named and one.reader == two.reader
    is_once = not several and (both_named or (is_beside and (one.is_dated or two.is_dated)))
    if is_once:
        return False
    mostly = unlike.height * 2 > shared.height
    if is_beside or both_named:
        return mostly and unlike.height >= FEWEST_UNLIKE
    # Two that go on from one checkpoint, each in its folder, have all before it in common.
    return mostly or unlike.height >= FEWEST_UNLIKE


def _goes_on(one: Floats, two: Floats, *, is_beside: bool) -> bool:
    """Say whether the steps of two logs are those of a run that was taken up again.

    A log beside the first repeats half of it at most, and may have ended early; one in another folder, or at
    steps of its own, repeats little and goes on beyond.
    """
    one, two = sorted((one, two), key=lambda ats: float(ats[0]))
    if one[0] == two[0]:
        return False
    repeated = float((one >= two[0]).mean())
    if is_beside:
        return repeated <= JOIN_BESIDE
    return one[-1] <= two[-1] and max(repeated, float((two <= one[-1]).mean())) <= JOIN


def _tellers(one: _Group, two: _Group) -> tuple[Parts, Parts]:
    """Return what tells two paths apart: up to the first part that differs, so that a run keeps together."""
    paths = (one.path, two.path) if one.folders == two.folders else (one.folders, two.folders)
    same = next((i for i, (a, b) in enumerate(zip(*paths, strict=False)) if a != b), min(map(len, paths)))
    return paths[0][: same + 1], paths[1][: same + 1]


def _deepest(path: Parts, marked: set[Parts]) -> Parts:
    return next((path[:n] for n in range(len(path), 0, -1) if path[:n] in marked), ())
