"""``emergence compare RUN --with OTHER``: two trainings against each other, at equal tokens and equal loss.

Either may be one run or several seeds of one recipe, which then stand together: means over the seeds, and
what the seeds differ by as noise beside that of the questions.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtr

from emergence.errors import InputError
from emergence.numerics.p_values import adjust_p_values
from pipelines.reader.accounts import SETTING
from pipelines.reader.name_matching import unknown
from pipelines.release.open_release import Questions, open_release
from pipelines.words import counted

NEAR = 0.02
SURE = 0.05
SCATTERED = 1.5
"""Seeds whose variance is so many times that of their questions scatter by more than these explain."""
GROUP = "comparability_group"


@dataclass(frozen=True)
class TwoRuns:
    """Two trainings: a row a setting that both were asked in, at the newest tokens that both have for it.

    ``rows`` has the setting, tokens, n_seeds and n_seeds_other, score, other, difference (score less other),
    its stderr, p, p_adjusted over the settings, is_sure, is_better, and on the first axis of loss that both
    are on ``loss``, ``other_at_loss`` and ``difference_at_loss``: the other's score where its loss is equal.
    ``losses`` has a row an axis, at the newest tokens that both have.
    """

    run: str
    other: str
    repeats: list[str]
    other_repeats: list[str]
    rows: pl.DataFrame
    losses: pl.DataFrame
    headline: str
    basis: str

    def as_json(self) -> dict[str, Any]:
        """The comparison for machines."""
        frames = {"rows": self.rows.to_dicts(), "losses": self.losses.to_dicts()}
        return {**{k: v for k, v in asdict(self).items() if k not in frames}, **frames}


def compare_two(home: Path, run: str, other: str) -> TwoRuns:
    """Compare two runs of the newest release; raises InputError for an unknown one, or nothing in common."""
    if run == other:
        raise InputError(f"{run} is the same run on both sides: --with takes another")
    with open_release(home) as questions:
        names = [_repeats(questions, run), _repeats(questions, other)]
        if other in names[0]:
            # Seeds of one recipe: held against each other, each stands alone.
            names = [[run], [other]]
        scores = [questions.ask("ask/scores_of_runs", runs=runs) for runs in names]
        losses = [questions.ask("ask/losses_of_runs", runs=runs) for runs in names]
    sides = [side(frame) for frame in scores]
    rows = differences(*sides)
    if rows.is_empty():
        raise InputError(
            f"{run} and {other} share no task in one format, metric and number of shots at tokens within 2 %"
        )
    axes = _losses(*losses)
    rows = _at_equal_loss(rows, axes, sides, losses)
    return TwoRuns(run, other, names[0], names[1], rows, axes, _headline(rows, other), _basis(rows, names))


def _repeats(questions: Questions, run: str) -> list[str]:
    """Return the runs that stand for one name: itself, and the other seeds of its recipe."""
    names: list[str] = questions.ask("ask/repeats", run=run)["run_id"].to_list()
    if not names:
        known = questions.ask("ask/runs")["run_id"].to_list()
        raise unknown("run", run, known, 'emergence query "select run_id from runs"')
    return names


def side(scores: pl.DataFrame) -> pl.DataFrame:
    """Return mean and standard error over the seeds, a row a setting and number of tokens.

    The error is the larger of what the questions give and what the seeds scatter by. ``seed_sd`` is the
    scatter of one seed, ``seed_ratio`` its square over that of the questions; both none of one run alone.
    """
    n = pl.col("score").count()
    by_items = (pl.col("stderr") ** 2).sum().sqrt() / n
    by_items = pl.when(pl.col("stderr").is_not_null().all()).then(by_items)
    by_seeds = pl.col("score").std() / n.sqrt()
    return (
        scores.group_by(*SETTING, "tokens")
        .agg(
            pl.col("step", "higher_is_better").first(),
            score=pl.col("score").mean(),
            n_seeds=n,
            seed_sd=pl.col("score").std(),
            stderr=pl.max_horizontal(by_items, by_seeds),
            seed_ratio=(by_seeds / by_items.fill_null(0.0)) ** 2,
        )
        .with_columns(key=pl.concat_str(pl.col(SETTING).cast(pl.String).fill_null(""), separator="\t"))
        .sort("tokens", "key")
    )


def differences(mine: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return how two sides differ in each setting, at the newest tokens that both have within 2 %."""
    both = mine.join_asof(
        others.select(
            *("key", "tokens", "stderr", "n_seeds", "seed_sd", "seed_ratio"),
            other="score",
            tokens_other="tokens",
        ),
        on="tokens",
        by="key",
        strategy="nearest",
        suffix="_other",
        check_sortedness=False,
    ).filter((pl.col("tokens") - pl.col("tokens_other")).abs() <= NEAR * pl.col("tokens"))
    newest = both.group_by("key", maintain_order=True).last()
    # A run alone tells no scatter of seeds: that of the other side, where it has several, is taken for it.
    noises = {
        f"stderr{mine}": pl.max_horizontal(
            f"stderr{mine}", pl.when(pl.col(f"n_seeds{mine}") == 1).then(f"seed_sd{others}")
        )
        for mine, others in (("", "_other"), ("_other", ""))
    }
    return _judged(
        newest.with_columns(difference=pl.col("score") - pl.col("other"), **noises)
        .with_columns(stderr=(pl.col("stderr") ** 2 + pl.col("stderr_other") ** 2).sqrt())
        .drop("seed_sd", "seed_sd_other")
    )


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Add p, two-sided and adjusted over the settings; none where no standard error is known.

    By Student's t where the seeds scatter by more than their questions explain, over all settings: in one,
    few seeds lie near each other by accident. Else by the normal.
    """
    noise = rows["stderr"].fill_null(0.0).to_numpy().astype(float)
    seeds = (rows["n_seeds"] + rows["n_seeds_other"]).to_numpy().astype(float)
    ratios = rows.select("seed_ratio", "seed_ratio_other").to_numpy().astype(float)
    finite = ratios[np.isfinite(ratios)]
    by_seeds = np.isinf(ratios).any(axis=1) | (finite.size > 0 and finite.mean() > SCATTERED)
    freedom = np.where(by_seeds & (seeds > 2), seeds - 2, 1e9)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(noise > 0, 2 * stdtr(freedom, -np.abs(rows["difference"].to_numpy()) / noise), np.nan)
    better = (
        pl.when(pl.col("higher_is_better")).then(pl.col("difference") > 0).otherwise(pl.col("difference") < 0)
    )
    return (
        rows.with_columns(
            p=pl.Series(p).fill_nan(None), p_adjusted=pl.Series(adjust_p_values(p)).fill_nan(None)
        )
        .with_columns(is_sure=(pl.col("p_adjusted") < SURE).fill_null(False), is_better=better)
        .sort(
            "p_adjusted", pl.col("difference").abs(), "key", descending=[False, True, False], nulls_last=True
        )
        .drop("stderr_other", "seed_ratio", "seed_ratio_other")
    )


def _losses(mine: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the losses of both at the newest tokens that both have, a row an axis, seeds averaged."""
    axis = ["corpus", "unit", GROUP]
    means = [f.group_by(*axis, "tokens").agg(pl.col("loss").mean()).sort("tokens") for f in (mine, others)]
    both = means[0].join_asof(
        means[1].select(GROUP, "tokens", other="loss", tokens_other="tokens"),
        on="tokens",
        by=GROUP,
        strategy="nearest",
        check_sortedness=False,
    )
    near = both.filter((pl.col("tokens") - pl.col("tokens_other")).abs() <= NEAR * pl.col("tokens"))
    newest = near.group_by(GROUP, maintain_order=True).last()
    return newest.select(*axis, "tokens", "loss", "other", difference=pl.col("loss") - pl.col("other")).sort(
        axis
    )


def _at_equal_loss(
    rows: pl.DataFrame, axes: pl.DataFrame, sides: list[pl.DataFrame], losses: list[pl.DataFrame]
) -> pl.DataFrame:
    """Add the other's score where its loss is the run's own: between its checkpoints, never beyond."""
    empty = dict.fromkeys(("loss", "other_at_loss", "difference_at_loss"), pl.lit(None, pl.Float64))
    if axes.is_empty():
        return rows.with_columns(**empty)
    curves = [
        f.filter(pl.col(GROUP) == axes[GROUP][0]).group_by("tokens").agg(pl.col("loss").mean()).sort("tokens")
        for f in losses
    ]
    mine = rows.select("key", "tokens").join(curves[0], on="tokens", how="left", maintain_order="left")[
        "loss"
    ]
    others = sides[1].join(curves[1], on="tokens").sort("loss")
    found = [
        None if loss is None else _score_at(others.filter(key=key), loss)
        for key, loss in zip(rows["key"], mine, strict=True)
    ]
    told = rows.with_columns(loss=mine, other_at_loss=pl.Series(found, dtype=pl.Float64))
    return told.with_columns(difference_at_loss=pl.col("score") - pl.col("other_at_loss"))


def _score_at(curve: pl.DataFrame, loss: float) -> float | None:
    x, y = curve["loss"].to_numpy(), curve["score"].to_numpy()
    if not len(x) or not x[0] <= loss <= x[-1]:
        return None
    return float(np.interp(loss, x, y))


def _headline(rows: pl.DataFrame, other: str) -> str:
    sure = rows.filter("is_sure")
    better = sure.filter("is_better").height
    mean = 100 * float(rows["difference"].mean())  # type: ignore[arg-type]
    return (
        f"{counted(rows.height, 'setting')} in common with {other}; surely better in {better}, "
        f"surely worse in {sure.height - better}; {mean:+z.1f} points in the mean"
    )


def _basis(rows: pl.DataFrame, names: list[list[str]]) -> str:
    told = [", ".join(n) if len(n) < 4 else f"{n[0]} and {len(n) - 1} more" for n in names]
    seeds = [int(rows[name].max()) for name in ("n_seeds", "n_seeds_other")]  # type: ignore[arg-type]
    noise = "Noise is the larger of that of the questions and of the seeds"
    if max(seeds) < 2:
        noise = "Noise is that of the questions alone: what another seed would give is unknown"
        noise += " with one run a side"
    elif min(seeds) < 2:
        noise += f", which {told[seeds.index(min(seeds))]}, one run, is taken to scatter by, too"
    less = f"{told[0]} less {told[1]}, at equal tokens"
    return f"{less}. {noise}; accuracies only, p adjusted over the settings (sure below {SURE})."
