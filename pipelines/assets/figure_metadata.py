"""The figures of fits as Dagster shows them beside an asset: images that carry their own bytes."""

import dagster as dg
import polars as pl

from pipelines.figures.overview import forest_figure, verdicts_figure
from pipelines.vocabulary import words
from pipelines.words import unit

PREVIEW = 10
MOST_ROWS = 60
AXIS = ("source", "corpus", "unit")


def fit_metadata(fits: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    """Return how fits divide over the verdicts, and where the tasks of each source leave their floor on one
    corpus.

    ``fits`` hold the columns of ``thresholds``; the corpus shown is the one with most such fits, and of more
    than MOST_ROWS of them those with the strongest verdicts.
    """
    rank = {verdict: place for place, verdict in enumerate(words("verdict"))}
    departing = [word.value for word in words("verdict").values() if word.departs]
    counts = fits.group_by("source", "verdict").agg(n=pl.len()).sort("source", "verdict").to_dicts()
    shown = {"verdicts": verdicts_figure(counts, title="What the fits came to")}
    leaving = fits.filter(pl.col("verdict").is_in(departing), pl.col("loss_at_2_points").is_not_null())
    axes = leaving.group_by(AXIS).agg(n=pl.len()).sort("n", *AXIS, descending=[True, False, False, False])
    for axis in axes.unique("source", keep="first", maintain_order=True).iter_rows(named=True):
        rows = leaving.filter(*(pl.col(key) == axis[key] for key in AXIS))
        # The strongest verdicts first, where not all have room: a threshold is never what is cut off.
        strongest = rows.sort(pl.col("verdict").replace_strict(rank, default=len(rank)), "loss_at_2_points")
        rows = strongest.head(MOST_ROWS).sort("loss_at_2_points", descending=True)
        shots = pl.format("{} shots", "n_shot").fill_null("shots not stated")
        label = pl.format("{} · {} · {} · {}", "task", "format", "metric", shots).alias("label")
        departures = rows.select(
            label,
            "eta",
            "verdict",
            "reason",
            departure="loss_at_2_points",
            low="loss_at_2_points_low",
            high="loss_at_2_points_high",
        )
        shown[f"departure losses of {axis['source']}"] = forest_figure(
            departures.to_dicts(),
            title=f"{axis['source']}: departure loss by task",
            loss_title=f"loss on {axis['corpus']} [{unit(axis['unit'])}]",
        )
    return {name: dg.MetadataValue.md(figure.to_markdown()) for name, figure in shown.items()}


def preview(rows: pl.DataFrame) -> dg.MetadataValue:
    """Return the first rows of a table, as a table."""
    with pl.Config(
        tbl_formatting="MARKDOWN",
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        tbl_cols=-1,
        tbl_rows=PREVIEW,
        tbl_width_chars=60_000,
        fmt_str_lengths=80,
    ):
        return dg.MetadataValue.md(str(rows.head(PREVIEW)))
