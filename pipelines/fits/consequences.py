"""The fits that follow from thresholds: sufficiency, curves, universality, laws, sizes, forecasts, claims."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

import emergence
from emergence.claims.judge import ACCURACY, check_facts, chosen_corpora
from emergence.laws.law import DRAW_SCHEMA, law_draws
from emergence.laws.planned_models import fit_emergence_sizes, larger_models, matched_points, plan_losses
from emergence.universality.joint_draws import EMERGED
from pipelines.fits.run_fits import Fit, Part, Whole
from pipelines.fits.thresholds import SCORED
from pipelines.keys import LOSS_AXIS, SERIES
from pipelines.settings import Settings

LAW_KEYS = ["source", "family", "corpus", "unit", "comparability_group"]
SETTING = ["task", "metric", "n_shot"]
COVARIATES = ["checkpoint_id", "params", "family", "training_corpus", "loss_low", "loss_high"]
LAW_POINT = ["run_id", "params", "tokens", "loss", "outlier", "position", "multiple"]
SHARED_REPLICATES = 400
OWN = "own"
Read = Callable[[str], pl.LazyFrame]


def fit_consequences(part: Part) -> Sequence[pl.DataFrame]:
    """Sufficiency, curves, their coverage, the largest size foretold and anomalies of a part."""
    rng = np.random.default_rng(part.settings.seed)
    # A model whose size nobody published has its place all the same, but for what is asked of size.
    curves = emergence.fit_curves(part.rows, SERIES, threads=part.threads)
    return [
        emergence.fit_sufficiency(part.rows, SERIES, curves=curves, rng=rng, threads=part.threads),
        emergence.grid_curves(curves, threads=part.threads),
        emergence.fit_coverage(curves),
        emergence.predict_largest(curves, threads=part.threads),
        emergence.find_anomalies(curves),
    ]


def fit_universality(part: Part) -> Sequence[pl.DataFrame]:
    """Whether the emergent tasks of a part share one threshold."""
    found = emergence.fit_universality(
        part.rows,
        [*LOSS_AXIS, "format"],
        thresholds=part.others["threshold_fits"],
        onsets=part.others["onset_fits"].filter(pl.col("rule") == "detectable"),
        task=SETTING,
        replicates=SHARED_REPLICATES,
        seed=part.settings.seed,
        threads=part.threads,
    )
    return [found]


def fit_laws(part: Part) -> Sequence[pl.DataFrame]:
    """The loss laws of every family of a part: L(N) at one rule of tokens, L(N,D) on all points."""
    rng = np.random.default_rng(part.settings.seed)
    points = part.rows.rename({"study": "family"})
    matched = matched_points(points, LAW_KEYS)
    rules = matched.group_by(LAW_KEYS).agg(pl.col("token_rule").first())
    tables, draws = [], []
    for form, rows in (("L(N)", matched), ("L(N,D)", points)):
        table, laws = emergence.fit_loss_laws(rows, LAW_KEYS, forms=(form,), rng=rng)  # type: ignore[arg-type]
        tables.append(table)
        for (*key, _, _), law in laws.items():
            names = dict(zip(LAW_KEYS, key, strict=True)) | {"form": law.form, "points": law.points}
            if law.fitted:
                draws.append(law_draws(law).select(*(pl.lit(v).alias(k) for k, v in names.items()), pl.all()))
    whole = pl.concat(tables).join(rules, on=LAW_KEYS, how="left", nulls_equal=True)
    whole = whole.with_columns(token_rule=pl.when(pl.col("form") == "L(N)").then(pl.col("token_rule")))
    nothing = pl.DataFrame(schema={**dict.fromkeys([*LAW_KEYS, "form", "points"], pl.String), **DRAW_SCHEMA})
    return [whole.sort([*LAW_KEYS, "form", "points"], nulls_last=True), pl.concat([nothing, *draws])]


def fit_sizes(part: Part) -> Sequence[pl.DataFrame]:
    """Sizes at which the emergent tasks of a part leave their floor."""
    emergent = part.rows.filter(pl.col("verdict").is_in(EMERGED), pl.col("eta_low").is_not_null())
    laws, draws = part.others["loss_law_fits"], part.others["law_draw_fits"]
    rng = np.random.default_rng(part.settings.seed)
    return [fit_emergence_sizes(emergent, laws, draws, SERIES, at=LOSS_AXIS, rng=rng)]


def fit_forecasts(read: Read, settings: Settings) -> Sequence[pl.DataFrame]:
    """Scores of models larger than any published one, and of one's own running models."""
    laws, draws = read("loss_law_fits").collect(), read("law_draw_fits").collect()
    points = read("law_points").rename({"study": "family"}).collect()
    planned = plan_losses(larger_models(points, LAW_KEYS), laws, draws, LAW_KEYS)
    grids = read("score_curve_fits").collect()
    others = grids.filter(pl.col("source") != OWN)
    told = []
    for plans, at, curves in ((planned, LOSS_AXIS, grids), (_running(read), LOSS_AXIS[1:], others)):
        answers = emergence.read_grids(curves, plans, SERIES)
        about = plans.select(*at, "scenario", "family", "params", "tokens", "loss_low", "loss_high", "form")
        told.append(answers.join(about, on=[*at, "scenario"], nulls_equal=True, maintain_order="left"))
    return [pl.concat(told)]


def _running(read: Read) -> pl.DataFrame:
    """The last loss of each of one's own runs on each axis, as a scenario named like the run."""
    own = (
        read("losses")
        .filter(pl.col("source") == OWN, pl.col("is_used"))
        .join(read("checkpoints").select("checkpoint_id", "run_id", "tokens"), on="checkpoint_id")
        .join(read("runs").select("run_id", "family", "params"), on="run_id")
        .sort("tokens", "checkpoint_id")
        .group_by([*LOSS_AXIS[1:], "run_id"])
        .agg(pl.col("loss", "family", "params", "tokens").last())
    )
    number = ("params", "tokens")
    return (
        own.with_columns(
            *(pl.col(c).cast(pl.Float64) for c in number),
            *(pl.lit(None, pl.Float64).alias(c) for c in ("loss_low", "loss_high")),
            scenario="run_id",
            form=pl.lit(None, pl.String),
        )
        .collect()
        .sort("scenario")
    )


def judge_claims(read: Read, settings: Settings) -> Sequence[pl.DataFrame]:
    """How every published claim fares on every source."""
    check_facts(read("facts_claims").collect(), emergence.CLAIM_TESTS)
    circular = read("facts_circular").select("corpus", "task", circular=pl.lit(True))
    on_own_text = {"on": ["corpus", "task"], "how": "left"}

    def table(name: str) -> pl.DataFrame:
        return read(name).join(circular, **on_own_text).collect()  # type: ignore[arg-type]

    sufficiency = table("sufficiency_fits")
    tables = emergence.ClaimTables(
        loss_scores=_on_chosen(read, sufficiency),
        thresholds=table("threshold_fits"),
        sufficiency=sufficiency,
        universality=read("universality_fits").collect(),
        loss_laws=read("loss_law_fits").collect(),
        largest=table("largest_size_fits"),
        scores=_last_scores(read),
    )
    names = [read("sources").select("source"), read("loss_scores").select("source")]
    sources = pl.concat(names).unique().collect().to_series().sort().to_list()
    return [emergence.judge_claims(tables, emergence.CLAIM_TESTS, sources)]


def _on_chosen(read: Read, sufficiency: pl.DataFrame) -> pl.DataFrame:
    """The rows of the join on the one corpus a source on which claims are judged: a tenth of millions."""
    chosen = chosen_corpora(sufficiency).lazy()
    rows = read("loss_scores").select(
        *SERIES,
        "run_id",
        "params",
        "training_corpus",
        "tokens",
        "loss",
        "score",
        "chance",
        "n_items",
        "circular",
    )
    kept = [
        rows.join(chosen, on=["source", "corpus"], how="semi"),
        rows.join(chosen, on="source", how="anti"),
    ]
    return pl.concat(kept).collect()


def _last_scores(read: Read) -> pl.DataFrame:
    """Accuracies of every run's last checkpoint, a task for each of its settings."""
    last = read("checkpoints").filter(pl.col("is_final")).select("checkpoint_id", "run_id")
    setting = pl.concat_str("task", "format", "metric", pl.col("n_shot").cast(pl.String), separator=" ")
    return (
        read("scores")
        .filter(pl.col("metric").is_in(ACCURACY))
        .join(last, on="checkpoint_id")
        .select("source", "run_id", "score", task=setting)
        .collect()
    )


CONSEQUENCES = (
    Fit(
        {
            "sufficiency_fits": "One row a fit: what size, data and family add once loss is known.",
            "score_curve_fits": "One row a fit and loss on a grid: the score of a new run there.",
            "coverage_fits": "One row a fit: how often the forecast interval held left-out runs.",
            "largest_size_fits": "One row a fit: how well smaller sizes foretold the largest.",
            "anomaly_fits": "One row a checkpoint and fit: outside the interval that the other runs draw.",
        },
        [*SERIES, *SCORED, *COVARIATES],
        fit_consequences,
    ),
    Fit(
        {"universality_fits": "One row an axis of loss and format: do emergent tasks share one threshold?"},
        [*SERIES, *SCORED],
        fit_universality,
        needs=("threshold_fits", "onset_fits"),
    ),
    Fit(
        {
            "loss_law_fits": "One row a family, corpus, form and choice of points: a law of loss.",
            "law_draw_fits": "One row a fitted law and draw: its bootstrap by runs.",
        },
        [*LAW_KEYS[:1], "study", *LAW_KEYS[2:], *LAW_POINT],
        fit_laws,
        parent="law_points",
        rows_for_processes=1_000,
    ),
    Fit(
        {"emergence_size_fits": "One row a threshold and law: the size at which the task emerges."},
        [*SERIES, "verdict", "eta", "eta_low", "eta_high"],
        fit_sizes,
        needs=("loss_law_fits", "law_draw_fits"),
        parent="threshold_fits",
        rows_for_processes=1_000,
    ),
)
WHOLE = (
    Whole(
        {"forecast_fits": "One row a scenario and fit: the score foretold."},
        ["score_curve_fits", "loss_law_fits", "law_draw_fits", "law_points", "losses", "checkpoints", "runs"],
        fit_forecasts,
    ),
    Whole(
        {"claim_fits": "One row a published claim and source: how it fares."},
        [
            "facts_claims",
            "facts_circular",
            "loss_scores",
            "scores",
            "checkpoints",
            "sources",
            "threshold_fits",
            "sufficiency_fits",
            "universality_fits",
            "loss_law_fits",
            "largest_size_fits",
        ],
        judge_claims,
    ),
)
