"""Results of LLaMA, MPT, BLOOM, XGLM and OPT in a fork of the harness before 0.4, and its table of tasks."""

import polars as pl

from pipelines.intake.harness import EVALUATIONS, VALUES, read_evaluations
from pipelines.intake.markdown import cell_number, read_markdown
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

REPO = "Deelvin/lm-evaluation-harness"
TASK_TABLE = "docs/task_table.md"
NAME, ITEMS = "Task Name", "Val/Test Docs"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read the result files, a row a value, and what the table of tasks says of their items."""
    for file in files:
        if file.path == TASK_TABLE:
            _claim(file, intake)
    return read_evaluations([file for file in files if file.path != TASK_TABLE], intake)


def _claim(file: RawFile, intake: Intake) -> None:
    """Record the number of items that the table gives each task."""
    items = {}
    for table in read_markdown(file, (NAME, ITEMS), intake):
        for row, cells in table.rows:
            value = cell_number(cells[ITEMS], file, f"row {row}, column {ITEMS}", intake)
            if value is not None and value > 0:
                items[cells[NAME]] = int(value)
    if items:
        intake.claim(
            pl.DataFrame(
                {
                    "publisher": f"{REPO}:{TASK_TABLE}",
                    "task_as_published": list(items),
                    "n_items": list(items.values()),
                }
            )
        )


SOURCE = Source(
    name="harness_03",
    title="Results of public models in the language model evaluation harness before 0.4",
    address=f"https://github.com/{REPO}",
    origins=(
        Origin(
            repo=REPO,
            commit="36d36fcf4e264cef084aff0e4adae9622939664c",
            include=("results/**/*.json", TASK_TABLE),
            expects=(
                "results/llama/llama-7B/llama-7B_mmlu_5-shot.json",
                "results/opt/opt-66b/opt-66b.json",
                TASK_TABLE,
            ),
        ),
    ),
    licence="MIT",
    citation="EleutherAI, lm-evaluation-harness, results of 2023 as kept by Deelvin",
    redistribute=True,
    tables={"evaluations": EVALUATIONS, "values": VALUES},
    parse=parse,
    # LLaMA was asked a few tasks in two sweeps, with other batches.
    dirt={"conflicting_duplicate": 0.01},
)
