"""Fits a sample of a release again, from the inputs that it holds and with the settings that it states."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import EmergenceError
from pipelines.fits.part_digests import PART
from pipelines.fits.registry import FITS
from pipelines.fits.run_fits import Fit, Part
from pipelines.fits.thresholds import ONSETS, THRESHOLDS
from pipelines.keys import SERIES_ID, with_series_id
from pipelines.release.open_release import Release
from pipelines.settings import Settings

ROWS = 20
"""Thresholds that are fitted again where nobody asks for more."""
LARGEST = {"loss_scores": 2_000, "law_points": 200}
"""A part is fitted again as a whole only where it has no more rows than these, or it would take minutes."""
Fitted = Mapping[str, pl.DataFrame]
Finish = Callable[[pl.DataFrame], pl.DataFrame]


class RefitError(EmergenceError):
    """A release does not say how its fits were made."""


@dataclass(frozen=True)
class Sample:
    """What is fitted again: thresholds one by one, and every fit of some parts (source and corpus).

    ``of`` says how many thresholds and parts there are; ``without`` names thresholds whose inputs the release
    does not hold.
    """

    series: list[str]
    parts: list[tuple[str, str]]
    of: tuple[int, int]
    without: list[str] = field(default_factory=list)


def released(release: Release, name: str) -> pl.LazyFrame:
    """Return the rows of a released table."""
    return pl.scan_parquet(release.table(name), glob=False)


def stated_settings(manifest: Mapping[str, Any]) -> Settings:
    """Return the settings that a release states; raises RefitError where it states none that can be used."""
    numbers = manifest.get("settings")
    wanted = Settings().numbers()
    if not isinstance(numbers, dict) or set(numbers) != set(wanted):
        raise RefitError(f"settings are {numbers!r:.80}")
    for name, default in wanted.items():
        if not isinstance(numbers[name], type(default)) or not numbers[name] >= 0:
            raise RefitError(f"settings: {name} is {numbers[name]!r:.80}")
    return Settings(home=Path(), **numbers)


def sample(release: Release, seed: str, rows: int) -> Sample:
    """Draw by a seed what to fit again: ``rows`` thresholds; for each 20 a part of scores, one of losses."""
    ids = released(release, "thresholds").select(SERIES_ID).collect()[SERIES_ID].to_list()
    counted = {name: _parts(release, name) for name in LARGEST}
    held = set(released(release, "loss_scores").select(pl.col(SERIES_ID).unique()).collect()[SERIES_ID])
    drawn = sorted(held.intersection(ids), key=lambda one: _place(seed, one))[:rows]
    parts = {
        part
        for name in LARGEST
        for part in sorted(
            (part for part in counted[name] if _is_small(counted, part)),
            key=lambda part: _place(seed, name, *part),
        )[: -(-rows // ROWS)]
    }
    of = (len(ids), len(set().union(*counted.values())))
    return Sample(sorted(drawn), sorted(parts), of, sorted(set(ids) - held))


def _is_small(counted: Mapping[str, Mapping[tuple[str, str], int]], part: tuple[str, str]) -> bool:
    return all(counted[name].get(part, 0) <= most for name, most in LARGEST.items())


def _parts(release: Release, name: str) -> dict[tuple[str, str], int]:
    counts = released(release, name).group_by(PART).len().collect()
    return {(source, corpus): n for source, corpus, n in counts.rows()}


def _place(seed: str, *names: str) -> str:
    return hashlib.sha256("\0".join([seed, *names]).encode()).hexdigest()


def fit_series(release: Release, settings: Settings, series: list[str]) -> dict[str, pl.DataFrame]:
    """Fit thresholds and onsets of some series: none of their rows depends on another series."""
    rows = released(release, "loss_scores").filter(pl.col(SERIES_ID).is_in(series)).collect()
    return _fit(release, THRESHOLDS, rows, settings, {}) | _fit(release, ONSETS, rows, settings, {})


def fit_part(release: Release, settings: Settings, part: tuple[str, str]) -> dict[str, pl.DataFrame]:
    """Fit all that is fitted of one source and corpus, in the order of the run."""
    is_of = (pl.col(PART[0]) == part[0]) & (pl.col(PART[1]) == part[1])
    made = {name: released(release, name).filter(is_of).collect() for name in LARGEST}
    for fit in FITS:
        if not isinstance(fit, Fit) or not made.keys() >= set(fit.parents):
            continue
        if made[fit.parent].height:
            made |= _fit(release, fit, made[fit.parent], settings, made)
    return {name: frame for name, frame in made.items() if name not in LARGEST}


def _fit(
    release: Release, fit: Fit, rows: pl.DataFrame, settings: Settings, made: Fitted
) -> dict[str, pl.DataFrame]:
    others = {name: made[name] for name in fit.needs}
    results = [
        with_series_id(frame) for frame in fit.fit_part(Part(rows.select(fit.columns), settings, others))
    ]
    if fit.finish:
        results[0] = _finished(release, fit.finish, results[0])
    return dict(zip(fit.outputs, results, strict=True))


def _finished(release: Release, finish: Finish, fits: pl.DataFrame) -> pl.DataFrame:
    """Return thresholds finished among all of their source: of the others the p-values on record count."""
    known = released(release, "thresholds").select("source", SERIES_ID, "p_threshold").collect()
    others = known.join(fits, on=SERIES_ID, how="anti").join(fits, on="source", how="semi")
    whole = finish(pl.concat([fits, others], how="diagonal"))
    return whole.head(fits.height)
