"""Clark et al. 2022, "Unified Scaling Laws for Routed Language Models": curves of dense and routed models."""

import polars as pl

from pipelines.intake.csv_table import PLACE, read_tables
from pipelines.intake.spec import Intake, Origin, RawFile, Source, Tables

LOSSES = (
    "loss_c4",
    "loss_curation_corpus",
    "loss_lambada",
    "loss_pile",
    "loss_validation",
    "loss_wikitext103",
)
POINTS = {
    "hyper_id": pl.Int64,
    "step": pl.Int64,
    "router_type": pl.String,
    "num_experts": pl.Int64,
    "k": pl.Int64,
    "seed": pl.Int64,
    "routing_frequency": pl.Float64,
    "total_parameter_count": pl.Int64,
    "dense_parameter_count": pl.Int64,
    "model_size_label": pl.String,
    **dict.fromkeys(LOSSES, pl.Float64),
    **PLACE,
}
FILE = "data/curves.csv.gz"


def parse(files: list[RawFile], intake: Intake) -> Tables:
    """Read one gzipped CSV: a row a checkpoint. A row that lacks its run or step is rejected."""
    points = read_tables(files, POINTS, intake)
    is_placed = pl.all_horizontal(pl.col("hyper_id", "step").is_not_null())
    for file, row in points.filter(~is_placed).select("file", "row").iter_rows():
        intake.reject(file, f"row {row}", "missing_field", None, "expected hyper_id and step")
    return {"points": points.filter(is_placed)}


SOURCE = Source(
    name="routing",
    title="Unified scaling laws for routed language models",
    address="https://github.com/google-deepmind/scaling_laws_for_routing",
    origins=(
        Origin(
            repo="google-deepmind/scaling_laws_for_routing",
            commit="42da0c392b127df2c01fa7b705f72396050d05e5",
            include=(FILE,),
            expects=(FILE,),
        ),
    ),
    licence="Apache-2.0",
    citation="Clark et al. 2022, arXiv:2202.01169",
    redistribute=True,
    tables={"points": POINTS},
    parse=parse,
)
