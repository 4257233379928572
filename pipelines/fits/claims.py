"""How every published claim fares on every source."""

from collections.abc import Sequence

import polars as pl

import emergence
from emergence.claims.rows import accuracy_rows
from pipelines.fits.own_claims import tests_of
from pipelines.fits.run_fits import Read, Whole
from pipelines.settings import Settings

AXIS = ("source", "corpus", "unit", "comparability_group")
STATED = (
    "authors_year",
    "citation",
    "statement",
    "in_short",
    "how_read",
    "condition",
    "test",
    "published",
    "would_change",
)


def claim_tables(read: Read) -> emergence.ClaimTables:
    """The tables that claims are judged on; scores on the one corpus a source that orders them best."""
    circular = read("facts_circular").select("corpus", "task", circular=pl.lit(value=True))

    def table(name: str) -> pl.DataFrame:
        return read(name).join(circular, on=["corpus", "task"], how="left", maintain_order="left").collect()

    last = accuracy_rows(read("last_scores").collect())
    return emergence.ClaimTables(
        loss_scores=read("claim_rows").collect(),
        thresholds=table("threshold_fits"),
        sufficiency=table("sufficiency_fits"),
        universality=read("universality_fits").collect(),
        loss_laws=read("loss_law_fits").collect(),
        largest=table("largest_size_fits"),
        scores=last.select("source", "run_id", "score", task="setting"),
        clocks=table("clock_fits"),
        losses=read("claim_losses").collect(),
        chosen=read("chosen_corpora").filter("by_runs_left_out").select(AXIS).collect(),
    )


def judge_claims(read: Read, settings: Settings) -> Sequence[pl.DataFrame]:
    """Judge the claims, the project's and one's own, and say beside each verdict what was claimed."""
    stated = read("facts_claims").collect()
    tables = claim_tables(read)
    names = [read("sources").select("source"), read("loss_scores").select("source")]
    sources = pl.concat(names).unique().collect().to_series().sort().to_list()
    found = emergence.judge_claims(tables, tests_of(stated), sources)
    return [found.join(stated.select("claim_id", *STATED), on="claim_id", how="left")]


CLAIMS = Whole(
    {"claim_fits": "One row a claim, source and format: how it fares."},
    [
        "facts_claims",
        "facts_circular",
        "loss_scores",
        "claim_rows",
        "claim_losses",
        "chosen_corpora",
        "last_scores",
        "sources",
        "threshold_fits",
        "sufficiency_fits",
        "universality_fits",
        "loss_law_fits",
        "largest_size_fits",
        "clock_fits",
    ],
    judge_claims,
)
FITS = (CLAIMS,)
