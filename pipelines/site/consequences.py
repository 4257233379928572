"""What follows from thresholds, as far as a release holds it: sufficiency, sizes, laws, claims, forecasts."""

from functools import cached_property
from typing import Any

import polars as pl

from pipelines.figures import biases_figure
from pipelines.keys import SERIES, SERIES_ID
from pipelines.site import columns
from pipelines.site.data import AXIS, SiteData, grouped
from pipelines.site.forests import Labelled
from pipelines.site.formats import size, trim
from pipelines.site.laws import law_name, law_numbers
from pipelines.words import shots

Row = dict[str, Any]
MOST = 300
SIZES = ("params", "tokens", "compute_flop")
SET_APART = "not comparable"
FACTORS = {"params": "parameters", "family": "family", "training_corpus": "training corpus"}
"""What may matter once loss is known, as people say it."""


class Consequences:
    """The tables of consequences; one that a release lacks has no rows, and its pages are left out."""

    def __init__(self, data: SiteData) -> None:
        self.data = data
        self.questions = data.questions

    @cached_property
    def laws(self) -> list[Row]:
        """The fitted loss laws."""
        wanted = (*columns.LAW_KEYS, *columns.names(columns.LAWS), *columns.OF_A_LAW)
        rows = self.questions.table("loss_laws", dict.fromkeys(wanted))
        return [{**row, "law": law_name(row), **law_numbers(row)} for row in rows]

    @cached_property
    def claims(self) -> list[Row]:
        """The published claims and how they fare."""
        return self.questions.table("claims", columns.CLAIMS)

    @cached_property
    def universality(self) -> list[Row]:
        """Whether the tasks of each corpus share one threshold."""
        return self.questions.table("universality", (*AXIS, *columns.names(columns.UNIVERSALITY)))

    @cached_property
    def published(self) -> list[Row]:
        """The published 2.2 on the axes where the table of universality compares it."""
        compared = [
            row
            for row in self.universality
            if row["against_published"] and not row["against_published"].startswith(SET_APART)
        ]
        return [{**row, "eta": columns.PUBLISHED, "text": row["against_published"]} for row in compared]

    @cached_property
    def sizes(self) -> list[Row]:
        """The sizes at which tasks emerge."""
        wanted = (
            SERIES_ID,
            *SERIES,
            *columns.names(columns.SIZES),
            *(f"{s}_{end}" for s in SIZES for end in ("low", "high")),
        )
        return self.questions.table("emergence_sizes", dict.fromkeys((*wanted, "never", "family", "points")))

    @cached_property
    def sufficiency(self) -> list[Row]:
        """Whether loss is sufficient for each fit."""
        return self.questions.table(
            "sufficiency", (SERIES_ID, *SERIES, "sufficient", "reason", "margin", "score_unit", "status")
        )

    @cached_property
    def _of_task(self) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        """The rows of sizes and of sufficiency by task."""
        return grouped(self.sizes, "task"), grouped(self.sufficiency, "task")

    @cached_property
    def _accuracies(self) -> set[str]:
        return {fit["metric"] for fit in self.data.fits if fit["role"] == "accuracy"}

    @cached_property
    def _groups(self) -> dict[tuple[object, ...], pl.DataFrame]:
        """The groups of sizes, families and training corpora of each fit."""
        rows = self.data.frame("sufficiency_groups")
        return rows.partition_by(SERIES_ID, as_dict=True) if rows.width else {}

    def _bias_rows(self, series_id: str, factor: str) -> list[Row]:
        """Return the biases of the groups of a fit, as figures want them."""
        of_fit = self._groups.get((series_id,))
        rows = [] if of_fit is None else of_fit.filter(pl.col("factor") == factor).to_dicts()
        return [
            {
                "group": size(_magnitude(row["level"])) if factor in SIZES else row["level"],
                "bias": row["bias"],
                "runs": row["runs"],
                "low": row["bias_low"],
                "high": row["bias_high"],
            }
            for row in sorted(rows, key=lambda row: (_magnitude(row["level"]), str(row["level"])))
        ]

    def add_sizes(self, task_file: Row) -> None:
        """Add to the fits of a task, in place of their numbers, the sizes at which they emerge."""
        found: dict[str, list[Row]] = {}
        for row in self._of_task[0].get(task_file["task"], []):
            if not row["never"]:
                found.setdefault(row[SERIES_ID], []).append(row)
        for series in task_file["series"]:
            for fit in series["fits"]:
                series_id = self.data.fits[fit.pop("number")][SERIES_ID]
                if found:
                    fit["sizes"] = _ranges(found.get(series_id, []))

    def of_task(self, task: str) -> Row:
        """Return what a task's page says of sufficiency and sizes, on the axis that orders a source best."""
        sizes, sufficiency = (
            [row for row in rows.get(task, []) if self._is_best(row)] for rows in self._of_task
        )
        return {
            "biases": self._biases(sufficiency),
            "sufficiency": [row for row in sufficiency if row["status"] == "ok"],
            "emergence_sizes": sizes,
            "has_sizes": bool(sizes),
            "size_columns": columns.SIZES,
        }

    @cached_property
    def _best(self) -> dict[str, tuple[Any, ...]]:
        """The axis that orders the scores of each source best."""
        rows = reversed(self.data.rows("site/explained"))
        return {row["source"]: tuple(row[k] for k in AXIS) for row in rows}

    def _is_best(self, row: Row) -> bool:
        return self._best.get(row["source"]) == tuple(row[k] for k in AXIS)

    def _biases(self, rows: list[Row]) -> list[Labelled]:
        """Return a figure for each factor and series of accuracies."""
        figures = []
        for row in (row for row in rows if row["metric"] in self._accuracies):
            for factor in FACTORS:
                groups = self._bias_rows(row[SERIES_ID], factor)
                if not groups:
                    continue
                setting = [row["source"], row["format"] or "–", row["metric"], shots(row["n_shot"])]
                label = " · ".join(setting) + f": by {FACTORS[factor]}"
                figure = biases_figure(
                    groups,
                    row["margin"],
                    title="",
                    group_title=FACTORS[factor],
                    bias_title=f"score beyond what loss explains [{row['score_unit'] or 'as the score'}]",
                )
                figures.append(Labelled(label, figure, row["source"]))
        return figures

    def of_source(self, source: str) -> Row:
        """Return what a source's page says of forecasts and anomalies."""
        return {
            "forecasts": _first_of(self._forecasts, source),
            "forecast_columns": columns.FORECASTS,
            "anomalies": _first_of(self._anomalies, source),
            "anomaly_columns": columns.ANOMALIES,
            "most": MOST,
        }

    @cached_property
    def _forecasts(self) -> pl.DataFrame:
        return self.questions.columns_of("forecasts", ("source", *columns.names(columns.FORECASTS)))

    @cached_property
    def _anomalies(self) -> pl.DataFrame:
        names = ("source", "is_anomaly", *columns.names(columns.ANOMALIES))
        rows = self.questions.columns_of("anomalies", names)
        return rows.filter(pl.col("is_anomaly").ne_missing(False)) if rows.width else rows

    def universal(self, corpus: str | None) -> Row:
        """Return the rows of universality, of one corpus or of all."""
        rows = [row for row in self.universality if corpus in (None, row["corpus"])]
        return {"universality": rows, "universality_columns": columns.UNIVERSALITY}

    def of_laws(self, corpus: str | None) -> Row:
        """Return the rows of loss laws, of one corpus or of all, fitted ones first."""
        laws = [row for row in self.laws if corpus in (None, row["corpus"])]
        # What could not be fitted says why, below all that has numbers.
        laws.sort(key=lambda row: row["rmse"] is None)
        return {"laws": laws, "law_columns": columns.LAWS}


def _first_of(rows: pl.DataFrame, source: str) -> list[Row]:
    """Return the rows of a source that its page has room for."""
    return rows.filter(pl.col("source") == source).head(MOST).to_dicts() if rows.width else []


def _ranges(sizes: list[Row]) -> list[Row]:
    return [
        {"x": x, **{end: trim(row[name]) for end, name in _ends(x)}}
        for row in sizes
        for x in SIZES
        if row[x] is not None
    ]


def _ends(name: str) -> list[tuple[str, str]]:
    return [("value", name), ("low", f"{name}_low"), ("high", f"{name}_high")]


def _magnitude(level: str | None) -> float:
    """Return a group's name as a number, for order; names that are none stand together."""
    try:
        return 0.0 if level is None else float(level)
    except ValueError:
        return 0.0
