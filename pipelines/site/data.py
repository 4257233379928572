"""What the pages draw, as compact rows: a source's checkpoints and losses once, then each task's scores."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.figures.drawing import curve_rows, fit_arrays
from pipelines.keys import LOSS_AXIS, SERIES, SERIES_ID
from pipelines.release.open_release import Questions
from pipelines.site.evidence import marks
from pipelines.site.formats import DIGITS, trim
from pipelines.site.inputs import Inputs
from pipelines.warehouse import catalog
from pipelines.warehouse.keep import Keep, made_anew

SETTING = SERIES[:5]
AXIS = LOSS_AXIS[1:]
# What no page reads of a fit's row; the table thresholds holds it.
LEFT_OUT = {
    "citation", "task_title", "metric_title", "hash", "n_dropped", "floor_is_fixed",
    "floor_differs_from_chance", "slope", "slope_low", "slope_high", "runs_above", "runs_below",
    "p_adjusted", "p_local", "delta_smooth", "delta_smooth_se", "smooth_form", "rho", "sufficient",
    "role", "score_unit", "higher_is_better",
}  # fmt: skip
ABOUT = ("title", "version", "licence", "redistribute", "citation", "address")
NO_SCORES = pl.DataFrame(schema={"number": pl.Int64, "score": pl.Float64})
DRAWN_FROM = ("form", "power", "eta", "floor", "smooth_form", "higher_is_better")
"""Of a fit's row, what its curves are drawn from."""
Key = tuple[Any, ...]
Array = NDArray[Any]


@dataclass(frozen=True)
class SiteData:
    """The rows of one release that the figures of the site are made from."""

    questions: Questions
    keep: Keep = made_anew

    @cached_property
    def _frames(self) -> dict[str, pl.DataFrame]:
        return {}

    def frame(self, name: str) -> pl.DataFrame:
        """Return the rows of a question without parameters, or of a table; asked once."""
        if name not in self._frames:
            self._frames[name] = self.questions.ask(name) if "/" in name else self.questions.whole(name)
        return self._frames[name]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a question as dictionaries."""
        return self.frame(name).to_dicts()

    @cached_property
    def tables(self) -> list[dict[str, Any]]:
        """The tables with their meanings and numbers of rows; a view that puts them otherwise is none."""
        return [
            {**row, "n_rows": self.questions.count(row["relation"])}
            for row in self.rows("site/tables")
            if row["relation"] not in catalog.views()
        ]

    @cached_property
    def inputs(self) -> Inputs:
        """The digests of what pages are made from."""
        return Inputs(self.frame)

    @cached_property
    def axes(self) -> dict[str, list[dict[str, Any]]]:
        """The axes of loss of each source."""
        return grouped(self.rows("site/axes"), "source")

    @cached_property
    def checkpoints(self) -> pl.DataFrame:
        """The numbered checkpoints of every source."""
        return self.frame("site/checkpoints")

    @cached_property
    def fits(self) -> list[dict[str, Any]]:
        """The rows of ``thresholds`` with the names that a reader needs."""
        return self.rows("site/fits")

    @cached_property
    def best(self) -> set[str]:
        """The fits of summary: each setting's on the loss that orders its source best."""
        return {row[SERIES_ID] for row in self.rows("site/summary_rows")}

    @cached_property
    def models(self) -> dict[str, int]:
        """On how many trained models each setting of an accuracy rests."""
        return {row[SERIES_ID]: row["n_models"] for row in self.rows("site/slide_fits")}

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """The sources, where they come from and under which terms."""
        return self.rows("site/sources")

    @cached_property
    def onsets(self) -> dict[str, list[dict[str, Any]]]:
        """The onset brackets of each fit."""
        return grouped(self.rows("site/run_onsets"), SERIES_ID)

    @cached_property
    def losses(self) -> dict[tuple[str, Key], Array]:
        """The losses of a source's checkpoints on each axis, by number; NaN where there is none."""
        numbered = self.frame("site/axis_losses").join(
            self.checkpoints.select("source", "checkpoint_id", "number"), on=["source", "checkpoint_id"]
        )
        sizes = dict(self.checkpoints.group_by("source").len().iter_rows())
        columns = {}
        for (source, *axis), rows in numbered.group_by(["source", *AXIS], maintain_order=True):
            losses = np.full(sizes[source], np.nan)
            losses[rows["number"].to_numpy()] = rows["loss"].to_numpy()
            columns[str(source), tuple(axis)] = losses
        return columns

    @cached_property
    def series(self) -> dict[Key, pl.DataFrame]:
        """The scores of each source, task, format, metric and number of shots, by checkpoint number."""
        numbered = (
            self.frame("site/series")
            .drop_nulls("score")
            .join(
                self.checkpoints.select("source", "checkpoint_id", "number", "run_id"),
                on=["source", "checkpoint_id"],
            )
            .sort(*SETTING, "number", nulls_last=True)
        )
        groups = numbered.group_by(SETTING, maintain_order=True)
        return dict(iter(groups))

    def _columns_of(self, setting: Key) -> dict[str, Array] | None:
        """Return the columns of one of the ``series`` as arrays, without those that a fit went without."""
        if setting not in self._columns:
            rows = self.series.get(setting)
            self._columns[setting] = None if rows is None else _arrays(rows)
        return self._columns[setting]

    @cached_property
    def _columns(self) -> dict[Key, dict[str, Array] | None]:
        return {}

    def points_of(self, fit: dict[str, Any]) -> dict[str, Any] | None:
        """Return the arrays that a fit was given; None in a copy that holds the fit without its rows."""
        columns = self._columns_of(tuple(fit[key] for key in SETTING))
        if columns is None:
            return None
        of_axis = self.losses.get((fit["source"], tuple(fit[key] for key in AXIS)))
        if of_axis is None:
            return None
        losses = of_axis[columns["number"]]
        read = ~np.isnan(losses)
        points = {name: column[read] for name, column in columns.items()}
        return {"n_items": None, "stderr": None, **points, "loss": losses[read]}

    def curves_of(self, fit: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the drawn curves of a fit, which are kept until a row of its source changes."""
        source = fit["source"]
        if source not in self._drawn:
            fits = self._fits_by_source[source]
            text = self.keep(
                "curves", self.inputs.of_fits(source), lambda: json.dumps([self._curve(fit) for fit in fits])
            )
            drawn: list[list[dict[str, Any]]] = json.loads(text)
            self._drawn[source] = dict(zip((fit[SERIES_ID] for fit in fits), drawn, strict=True))
        return self._drawn[source][fit[SERIES_ID]]

    @cached_property
    def _drawn(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        return {}

    @cached_property
    def _fits_by_source(self) -> dict[str, list[dict[str, Any]]]:
        return grouped(self.fits, "source")

    def _curve(self, fit: dict[str, Any]) -> list[dict[str, Any]]:
        row, points, with_rival = self._drawn_from(fit)
        return curve_rows(row, points, with_rival=with_rival) if points else []

    def _drawn_from(self, fit: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None, bool]:
        """Return all that the curves of a fit are drawn from."""
        # Off the loss that orders a source best, and where nothing departs, the rival says little.
        with_rival = bool(fit["departs"]) or fit[SERIES_ID] in self.best
        return {name: fit[name] for name in DRAWN_FROM}, self.points_of(fit), with_rival

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """The number of each run of a source, in the order of its checkpoints."""
        found: dict[str, dict[str, int]] = {}
        for source, run in self.checkpoints.select("source", "run_id").iter_rows():
            runs = found.setdefault(source, {})
            runs.setdefault(run, len(runs))
        return found

    def _onsets(self, fit: dict[str, Any]) -> list[list[Any]]:
        """Return where each run of a fit leaves its floor; of a fit that leaves none, that is noise."""
        return [self._onset(row) for row in self.onsets.get(fit[SERIES_ID], [])] if fit["departs"] else []

    def _onset(self, row: dict[str, Any]) -> list[Any]:
        run = self.places[row["source"]][row["run_id"]]
        return [run, row["rule"], trim(row["loss_before"]), trim(row["loss_after"])]

    def source_file(self, source: str) -> dict[str, Any]:
        """Return what the pages need of a source: runs, checkpoints, and axes with their losses."""
        rows = self.checkpoints.filter(pl.col("source") == source)
        place = self.places.get(source, {})
        runs = rows.unique("run_id", keep="first", maintain_order=True)
        shown = runs.select("run_id", "model", "family", "training_corpus", "params").to_dicts()
        about = next((row for row in self.sources if row["source"] == source), {})
        return {
            "source": source,
            **{name: about.get(name) for name in ABOUT},
            "runs": shown,
            "run": [place[name] for name in rows["run_id"]],
            "tokens": rows["tokens"].to_list(),
            "compute_flop": [trim(value) for value in rows["compute_flop"]],
            "axes": [
                {**axis, "loss": shortened(self._axis_losses(source, axis))} for axis in self.axes[source]
            ],
        }

    def _axis_losses(self, source: str, axis: dict[str, Any]) -> Array:
        return self.losses.get((source, tuple(axis[key] for key in AXIS)), np.empty(0))

    @cached_property
    def _places(self) -> dict[str, dict[Key, list[int]]]:
        """The places of the fits of each task among all fits, by their series of scores."""
        found: dict[str, dict[Key, list[int]]] = {}
        for number, fit in enumerate(self.fits):
            series = tuple(fit[key] for key in SETTING)
            found.setdefault(fit["task"], {}).setdefault(series, []).append(number)
        return found

    @property
    def tasks(self) -> list[str]:
        """The tasks that have a fit."""
        return list(self._places)

    def task_file(self, task: str) -> dict[str, Any]:
        """Return a task's series of scores and their fits with the drawn curves."""
        columns = [name for name in self.fits[0] if name not in LEFT_OUT]
        settings = self._places[task].items()
        return {
            "task": task,
            "columns": columns,
            "series": [self._series_row(key, numbers, columns) for key, numbers in settings],
        }

    def _series_row(self, key: Key, numbers: list[int], columns: list[str]) -> dict[str, Any]:
        scores, first = self.series.get(key, NO_SCORES), self.fits[numbers[0]]
        axes = [tuple(axis[k] for k in AXIS) for axis in self.axes[first["source"]]]
        return {
            **{name: first[name] for name in (*SETTING, "metric_title", "role", "score_unit", "task_title")},
            "steps": _without_last_ones(np.diff(scores["number"].to_numpy(), prepend=0)),
            "score": shortened(scores["score"].cast(pl.Float64).to_numpy()),
            "fits": [self._fit_row(n, axes, columns) for n in numbers],
        }

    def _fit_row(self, number: int, axes: list[Key], columns: list[str]) -> dict[str, Any]:
        fit = self.fits[number]
        sparing = _sparing(fit)
        return {
            "number": number,
            "axis": axes.index(tuple(fit[k] for k in AXIS)),
            "row": [trim(sparing[name], 5) for name in columns],
            "checks": marks(fit),
            "curves": _packed(self.curves_of(fit)),
            "onsets": self._onsets(fit),
        }


def grouped(rows: list[dict[str, Any]], key: str) -> dict[Any, list[dict[str, Any]]]:
    """Return rows by one column, in their order."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def key_if_odd(fit: dict[str, Any]) -> str | None:
    """Return a fit's key where a page cannot make it of its eight columns, as ``pipelines/keys.py`` does."""
    names = (
        str(fit[name]).replace("/", ":").replace(" ", "_") if fit[name] is not None else "-"
        for name in SERIES
    )
    return None if "/".join(names) == fit[SERIES_ID] else fit[SERIES_ID]


def _sparing(fit: dict[str, Any]) -> dict[str, Any]:
    return {**fit, SERIES_ID: key_if_odd(fit)}


def shortened(values: Array) -> list[float | None]:
    """Return numbers in six digits or more, counted from the largest; NaN is no value."""
    known = np.abs(values[np.isfinite(values) & (values != 0)])
    if not known.size:
        return [None if value != value else value for value in values.tolist()]
    digits = DIGITS - int(np.floor(np.log10(known.max())))
    return [None if value != value else value for value in np.round(values, max(digits, 0)).tolist()]


def _arrays(rows: pl.DataFrame) -> dict[str, Array]:
    return {"number": rows["number"].to_numpy(), **fit_arrays(rows)}


def _without_last_ones(steps: Array) -> list[int]:
    """Return steps from checkpoint to checkpoint without the ones at the end, which go without saying."""
    others = np.flatnonzero(steps != 1)
    return [int(step) for step in steps[: others[-1] + 1 if others.size else 0]]


def _packed(curves: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Return curves as one list of losses and one list of scores a line."""
    packed: dict[str, list[float]] = {}
    for row in curves:
        packed.setdefault(row["line"], []).append(trim(row["score"], 4))
    first = next(iter(packed), None)
    if first:
        packed["loss"] = [trim(row["loss"]) for row in curves if row["line"] == first]
    return packed
