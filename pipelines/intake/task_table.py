"""The table of tasks that Gadre et al. and DataComp-LM print beside their evaluations."""

import polars as pl

from pipelines.intake.reading import cast_columns, read_csv
from pipelines.intake.spec import Intake, RawFile

TASKS = {
    "Eval Task": pl.String,
    "Task Category": pl.String,
    "Task Type": pl.String,
    "#shots": pl.Int64,
    "#datapoints": pl.Int64,
    "Random baseline": pl.Float64,
    "file": pl.String,
}


def read_tasks(file: RawFile, repo: str, intake: Intake) -> pl.DataFrame:
    """Return a row a task, and record what the table claims of each; ``Random baseline`` is in percent."""
    frame = read_csv(file, [name for name in TASKS if name != "file"], intake)
    if frame is None:
        return pl.DataFrame(schema=TASKS)
    tasks = (
        cast_columns(frame, TASKS, file, intake)
        .with_columns(file=pl.lit(file.path))
        .select(list(TASKS))
        .filter(pl.col("Eval Task").str.strip_chars() != "")
    )
    intake.claim(
        tasks.select(
            publisher=pl.lit(f"{repo}:{file.path}"),
            task_as_published="Eval Task",
            chance=pl.col("Random baseline") / 100,
            n_items="#datapoints",
            note=pl.format("{}; {}-shot", "Task Type", "#shots"),
        )
    )
    return tasks
