"""Li et al. 2025, "Step Law": training losses over learning rate and batch size, dense and mixtures."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

NAMED = {
    "run": "exp_name",
    "params": "N",
    "tokens": "D",
    "learning_rate": "lr",
    "batch_size": "bs",
    "step": "ti",
    "loss": "smooth loss",
}
DENSE = {
    "run": pl.String,
    "params": pl.Int64,
    "tokens": pl.Int64,
    "learning_rate": pl.Float64,
    "batch_size": pl.Int64,
    "step": pl.Int64,
    "loss": pl.Float64,
    **PLACE,
}
MIXTURES_NAMED = NAMED | {"active_params": "Na", "experts": "moe_name"}
MIXTURES = {"active_params": pl.Int64, "experts": pl.String, **DENSE}
FIGURES = ["params", "tokens", "loss"]
DENSE_FILE, MIXTURES_FILE = "data/dense_lr_bs_loss.csv", "data/moe_lr_bs_loss.csv"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read two CSVs: a row a trained model, with the loss that the publisher smoothed over its last steps."""
    dense = [file for file in files if file.path == DENSE_FILE]
    mixtures = [file for file in files if file.path == MIXTURES_FILE]
    return {
        "dense": read_tables(dense, DENSE, intake, NAMED, figures=FIGURES),
        "mixtures": read_tables(mixtures, MIXTURES, intake, MIXTURES_NAMED, figures=FIGURES),
    }


SOURCE = Source(
    name="step_law",
    title="Step Law: losses over learning rate and batch size",
    address="https://github.com/step-law/steplaw",
    origins=(
        Origin(
            repo="step-law/steplaw",
            commit="32a8f4cc50247695fb56cc6c9117abdf67c97763",
            include=(DENSE_FILE, MIXTURES_FILE),
            expects=(DENSE_FILE, MIXTURES_FILE),
        ),
    ),
    licence="none stated",
    citation="Li et al. 2025, arXiv:2503.04715",
    redistribute=False,
    tables={"dense": DENSE, "mixtures": MIXTURES},
    parse=parse,
)
