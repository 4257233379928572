"""How every published claim fares on every source."""

import polars as pl

import emergence
from emergence.claims.rows import accuracy_rows
from pipelines.fits.by_source import ALL, BySource
from pipelines.fits.own_claims import tests_of
from pipelines.fits.run_fits import Read
from pipelines.settings import Settings

AXIS = ("source", "corpus", "unit", "comparability_group")
ON_ALL = (pl.col("sql").fill_null("") != "") | (pl.col("only").fill_null("") != "")
"""Claims with a query or a condition of their own: nobody knows whether they ask each source by itself."""
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


def judge_sources(read: Read, settings: Settings) -> pl.DataFrame:
    """Judge the claims on sources, each by its own rows: those whose tests are known to do so."""
    return _judged(read, read("facts_claims").filter(~ON_ALL).collect())


def judge_others(answers: pl.DataFrame, read: Read, settings: Settings) -> pl.DataFrame:
    """Judge the claims that may ask across sources, and say beside each verdict what was claimed."""
    stated = read("facts_claims").collect()
    others = stated.filter(ON_ALL)
    if others.height:
        answers = pl.concat([answers, _judged(read, others)])
    found = answers.sort("claim_id", "source", "format", maintain_order=True)
    return found.join(stated.select("claim_id", *STATED), on="claim_id", how="left", maintain_order="left")


def _judged(read: Read, stated: pl.DataFrame) -> pl.DataFrame:
    names = [read("sources").select("source"), read("loss_scores").select("source")]
    sources = pl.concat(names).unique().collect().to_series().sort().to_list()
    return emergence.judge_claims(claim_tables(read), tests_of(stated), sources)


CLAIMS = BySource(
    {"claim_fits": "One row a claim, source and format: how it fares."},
    {
        "facts_claims": ALL,
        "facts_circular": ALL,
        "loss_scores": ["source"],
        "claim_rows": ALL,
        "claim_losses": ALL,
        "chosen_corpora": ALL,
        "last_scores": ALL,
        "sources": ["source"],
        "threshold_fits": ALL,
        "sufficiency_fits": ALL,
        "universality_fits": ALL,
        "loss_law_fits": ALL,
        "largest_size_fits": ALL,
        "clock_fits": ALL,
    },
    judge_sources,
    judge_others,
    in_order=False,  # each claim sees them sorted
)
FITS = (CLAIMS,)
