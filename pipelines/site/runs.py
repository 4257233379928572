"""The data of the pages of runs and models: each run's tasks beside the curves of its source."""

from typing import Any

import polars as pl

from pipelines.keys import SERIES_ID
from pipelines.site.data import SiteData
from pipelines.site.formats import trim
from pipelines.site.names import file_name

Row = dict[str, Any]
NAMED = (
    "run_id", "model", "family", "params", "training_corpus", "n_checkpoints", "n_tasks", "tokens",
    "n_fallen", "fell_at",
)  # fmt: skip
# Tokens in millions: the map of a run shows no more of them.
SHOWN = ("tokens", "loss", "score", "expected", "sd", "is_off")


def run_names(data: SiteData) -> dict[str, list[Row]]:
    """Return what each run is, by source."""
    rows = data.rows("site/run_names")
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["source"], []).append({name: row[name] for name in NAMED})
    return found


def run_file(data: SiteData, fits: list[Row], source: str) -> Row:
    """Return the file of a source: its settings once, and a run's checkpoints in each of them."""
    rows = data.frame("site/run_map").filter(pl.col("source") == source).to_dicts()
    known = {fit[SERIES_ID]: fit for fit in fits if fit["source"] == source}
    if not rows:
        return {"series": [], "runs": {}}
    series = sorted({row[SERIES_ID] for row in rows} & known.keys())
    place = {name: number for number, name in enumerate(series)}
    runs: dict[str, dict[int, list[list[Any]]]] = {}
    for row in rows:
        if row[SERIES_ID] in place:
            of_run = runs.setdefault(row["run_id"], {})
            shown = [int(v) if isinstance(v, bool) else trim(v) for v in (row[name] for name in SHOWN)]
            shown[0] = None if row["tokens"] is None else trim(row["tokens"] / 1e6)
            of_run.setdefault(place[row[SERIES_ID]], []).append(shown)
    settings = [_setting(known[name]) for name in series]
    packed = {run: sorted(of_run.items()) for run, of_run in runs.items()}
    return {"columns": SHOWN, "series": settings, "runs": packed}


def _setting(fit: Row) -> list[Any]:
    return [
        fit[SERIES_ID],
        fit["task_title"],
        fit["format"],
        fit["metric"],
        fit["n_shot"],
        fit["file"],
        fit["axis"],
    ]


def run_file_name(source: str) -> str:
    """Return where the runs of a source stand, below the site."""
    return f"data/runs-{file_name(source)}.js"
