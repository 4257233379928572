"""The key of a fit: eight columns, and the one text made of them that tables, links and people share."""

import polars as pl

SERIES_ID = "series_id"
COMPARABLE = ["corpus", "unit", "comparability_group"]
"""Losses that agree in these may be compared, whoever published them."""
LOSS_AXIS = ["source", *COMPARABLE]
LAW_KEYS = ["source", "family", *COMPARABLE]
OWN = "own"
"""The source of a user's own runs."""
SERIES = ["source", "task", "format", "metric", "n_shot", "corpus", "unit", "comparability_group"]
NOT_STATED = "-"


def series_id() -> pl.Expr:
    """Return the key of a fit from the columns of ``SERIES``, as ``sql/marts/loss_scores.sql`` makes it."""
    names = (pl.col(c).cast(pl.String).str.replace_many(["/", " "], [":", "_"]) for c in SERIES)
    return pl.concat_str([name.fill_null(NOT_STATED) for name in names], separator="/").alias(SERIES_ID)


def with_series_id(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of fits with their key in front; a frame about other things as it is."""
    if not set(SERIES) <= set(frame.columns):
        return frame
    return frame.select(series_id(), pl.exclude(SERIES_ID))
