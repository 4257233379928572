"""Why each score of a run met a curve of others, or did not."""

import polars as pl

MET = "met a curve of another source"
MET_REPEATS = "met the curve of the other runs of its source alone"
NO_LOSS = "no loss at its checkpoint, or within 2 % of the tokens before it"
NO_AXIS = "nobody else has losses on its axis: corpus, unit and tokenizer decide that"
EITHER = (MET, MET_REPEATS)
SETTING = ["task", "format", "metric", "n_shot"]


def account(measured: pl.DataFrame, grids: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return `measured`, a row a score of a run, with `why`: that it met a curve, or the reason why not.

    `grids` are the curves of others on the run's axes, `found` what its scores were held against, with
    checkpoint_id, the setting, whether the loss lies beyond the curve's own, and whether the curve is that of
    the other runs of its source.
    """
    inside = ~pl.col("extrapolated").fill_null(False)
    met = found.group_by("checkpoint_id", *SETTING).agg(
        is_inside=inside.any(), is_of_another=(inside & ~pl.col("is_of_its_source")).any()
    )
    table = measured.join(
        met.select("checkpoint_id", *SETTING, "is_inside", "is_of_another"),
        on=["checkpoint_id", *SETTING],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    tasks = grids["task"].unique().to_list() if grids.height else []
    settings = grids.select(SETTING).unique().with_columns(is_known=pl.lit(True)) if grids.height else None
    if settings is None:
        table = table.with_columns(is_known=pl.lit(None, pl.Boolean))
    else:
        table = table.join(settings, on=SETTING, how="left", nulls_equal=True, maintain_order="left")
    has_axis = pl.col("groups").list.len().fill_null(0) > 0
    return table.with_columns(
        why=pl.when(pl.col("is_of_another"))
        .then(pl.lit(MET))
        .when(pl.col("is_inside"))
        .then(pl.lit(MET_REPEATS))
        .when(~pl.col("is_accuracy"))
        .then(pl.lit("no accuracy: only those are compared"))
        .when(pl.col("circular"))
        .then(pl.lit("its loss is taken on the task's own text"))
        .when(~has_axis)
        .then(pl.lit(NO_LOSS))
        .when(pl.lit(grids.is_empty()))
        .then(pl.lit(NO_AXIS))
        .when(~pl.col("is_inside"))
        .then(pl.lit("its loss lies outside the range of the others' losses"))
        .when(~pl.col("task").is_in(tasks))
        .then(pl.lit("nobody else has the task on this axis"))
        .when(pl.col("is_known").is_null())
        .then(pl.lit("others asked the task in another format, metric or number of shots"))
        .otherwise(pl.lit("its loss lies too far from the others' losses"))
    ).drop("is_inside", "is_of_another", "is_known")


def reasons(accounted: pl.DataFrame) -> list[dict[str, object]]:
    """Return how many scores there are for each reason, those that met a curve first."""
    counted = accounted.group_by("why").agg(
        pl.len().alias("n_scores"), pl.col("task").unique().sort().alias("tasks")
    )
    return counted.sort(
        pl.col("why") != MET,
        pl.col("why") != MET_REPEATS,
        "n_scores",
        "why",
        descending=[False, False, True, False],
    ).to_dicts()
