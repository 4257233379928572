"""How every published claim fares on every source."""

from collections.abc import Sequence

import polars as pl

import emergence
from emergence.claims.judge import accuracy_rows, check_facts
from pipelines.fits.run_fits import Read, Whole
from pipelines.settings import Settings


def judge_claims(read: Read, settings: Settings) -> Sequence[pl.DataFrame]:
    """Judge the claims on the tables of fits, scores on the one corpus a source that orders them best."""
    check_facts(read("facts_claims").collect(), emergence.CLAIM_TESTS)
    circular = read("facts_circular").select("corpus", "task", circular=pl.lit(True))

    def table(name: str) -> pl.DataFrame:
        return read(name).join(circular, on=["corpus", "task"], how="left").collect()

    last = accuracy_rows(read("last_scores").collect())
    tables = emergence.ClaimTables(
        loss_scores=read("claim_rows").collect(),
        thresholds=table("threshold_fits"),
        sufficiency=table("sufficiency_fits"),
        universality=read("universality_fits").collect(),
        loss_laws=read("loss_law_fits").collect(),
        largest=table("largest_size_fits"),
        scores=last.select("source", "run_id", "score", task="setting"),
        chosen=read("chosen_corpora").filter("by_runs_left_out").select("source", "corpus").collect(),
    )
    names = [read("sources").select("source"), read("loss_scores").select("source")]
    sources = pl.concat(names).unique().collect().to_series().sort().to_list()
    return [emergence.judge_claims(tables, emergence.CLAIM_TESTS, sources)]


CLAIMS = Whole(
    {"claim_fits": "One row a published claim and source: how it fares."},
    [
        "facts_claims",
        "facts_circular",
        "loss_scores",
        "claim_rows",
        "chosen_corpora",
        "last_scores",
        "sources",
        "threshold_fits",
        "sufficiency_fits",
        "universality_fits",
        "loss_law_fits",
        "largest_size_fits",
    ],
    judge_claims,
)
FITS = (CLAIMS,)
