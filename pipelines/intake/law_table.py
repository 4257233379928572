"""What tables of sizes, tokens and losses have in common: a point needs all of its figures, above zero."""

from collections.abc import Mapping

import polars as pl

from pipelines.intake.spec import Intake, RawFile


def whole_points(
    frame: pl.DataFrame, figures: list[str], published: Mapping[str, str], file: RawFile, intake: Intake
) -> pl.DataFrame:
    """Return the rows whose ``figures`` are all above zero; another row is rejected at its first bad figure.

    ``published`` gives a column's name in the file where it differs; ``frame`` holds ``row``. Rule
    ``not_positive``, or ``missing_field`` for an empty cell.
    """
    is_whole = pl.all_horizontal(pl.col(name) > 0 for name in figures).fill_null(False)
    for row in frame.filter(~is_whole).select("row", *figures).iter_rows(named=True):
        name = next(name for name in figures if row[name] is None or row[name] <= 0)
        place = f"row {row['row']}, column {published.get(name, name)}"
        rule = "missing_field" if row[name] is None else "not_positive"
        intake.reject(file.path, place, rule, row[name], "a point needs its size, tokens and loss above zero")
    return frame.filter(is_whole)
