"""Reads published CSVs of one form into one typed frame, with the place of every row."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.intake.law_table import whole_points
from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, RawFile, Schema

PLACE: Schema = {"commit": pl.String, "file": pl.String, "row": pl.Int64}


def read_tables(
    files: Sequence[RawFile],
    schema: Schema,
    intake: Intake,
    named: Mapping[str, str] | None = None,
    *,
    figures: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the rows of all files as ``schema`` says, which includes ``PLACE``; other columns are left out.

    ``named`` gives a column's name in the file where it differs. A file without one of the columns is a
    reject, and so is a row without all of its ``figures`` above zero.
    """
    named = named or {}
    renamed = {old: new for new, old in named.items()}
    wanted = [named.get(name, name) for name in schema if name not in PLACE]
    frames = [pl.DataFrame(schema=schema)]
    for file in files:
        frame = read_csv(file, wanted, intake, only_required=True)
        if frame is not None:
            if renamed:
                frame = frame.rename(renamed)
            frame = cast_columns(frame, schema, file, intake)
            frame = frame.with_columns(commit=pl.lit(file.commit), file=pl.lit(file.path))
            frame = frame.select(list(schema))
            frames.append(whole_points(frame, list(figures), named, file, intake) if figures else frame)
    return pl.concat(frames)
