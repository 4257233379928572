"""The fits of loss laws, and of the sizes at which tasks emerge by them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

import emergence
from emergence.laws.law import DRAW_SCHEMA, law_draws
from emergence.laws.planned_models import fit_emergence_sizes, matched_points
from emergence.threshold.verdict import LEAVES
from pipelines.fits.run_fits import Fit, Part
from pipelines.keys import LAW_KEYS, LOSS_AXIS, SERIES

LAW_POINT = ["run_id", "params", "tokens", "loss", "outlier", "position", "multiple"]


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
    """Sizes at which the tasks of a part leave their floor."""
    located = part.rows.filter(pl.col("verdict").is_in(LEAVES), pl.col("eta_low").is_not_null())
    laws, draws = part.others["loss_law_fits"], part.others["law_draw_fits"]
    rng = np.random.default_rng(part.settings.seed)
    return [fit_emergence_sizes(located, laws, draws, SERIES, at=LOSS_AXIS, rng=rng)]


LAWS = Fit(
    {
        "loss_law_fits": "One row a family, corpus, form and choice of points: a law of loss.",
        "law_draw_fits": "One row a fitted law and draw: its bootstrap by runs.",
    },
    [*LAW_KEYS[:1], "study", *LAW_KEYS[2:], *LAW_POINT],
    fit_laws,
    parent="law_points",
    rows_for_processes=1_000,
)
SIZES = Fit(
    {"emergence_size_fits": "One row a threshold and law: the size at which the task emerges."},
    [*SERIES, "verdict", "eta", "eta_low", "eta_high"],
    fit_sizes,
    needs=("loss_law_fits", "law_draw_fits"),
    parent="threshold_fits",
    rows_for_processes=1_000,
)
FITS = (LAWS, SIZES)
