"""Tests of claims about losses alone: one loss from another, repeated data, experts, compute."""

import re

import numpy as np
import polars as pl

from emergence.claims.about_shape import FEWEST_RUNS, _held_out
from emergence.claims.judge import FEWEST_TASKS, Finding, found, untestable
from emergence.claims.rows import CONTINUOUS, ClaimTables, by_source, last_of_runs, on_chosen
from emergence.claims.rules import CONTRADICTED, SUPPORTED, decide, median_interval, share
from emergence.numerics.arrays import Floats

POWERS = np.linspace(0.4, 2.5, 15)
FLOORS = np.linspace(0.3, 0.98, 12)  # of the lowest loss: where the power is counted from
CLOSE = 0.01  # of a loss
NO_CHANGE = 0.01
FEW_EPOCHS = 4.5  # four, as they are counted
LINEAR = 0.95


def _final(tables: ClaimTables) -> pl.DataFrame | None:
    """The last loss of each run on each corpus, other than points that another source reads off a figure."""
    return tables.losses


def one_loss_gives_another(tables: ClaimTables) -> list[Finding]:
    """Median relative miss of one corpus's loss by a shifted power of another's; within 1 %."""
    answers = []
    for source, part in by_source(_final(tables)):
        misses: list[tuple[float, str]] = []
        lines: list[float] = []
        for (family, unit), runs in part.group_by("family", "unit", maintain_order=True):
            wide = runs.pivot(on="corpus", index="run_id", values="loss", aggregate_function="first")
            corpora = sorted(c for c in wide.columns if c != "run_id")
            for other in corpora[1:]:
                both = wide.select(x=corpora[0], y=other).drop_nulls()
                if both.height >= FEWEST_RUNS and both["y"].n_unique() > 1:
                    x, y = both["x"].to_numpy(), both["y"].to_numpy()
                    misses.append(
                        (
                            float(np.median(np.abs(_shifted_power(x, y) - y) / y)),
                            f"{other}, {family} ({unit})",
                        )
                    )
                    lines.append(float(np.median(np.abs(_held_out(x[None, :], y) - y) / y)))
        if len(misses) < FEWEST_TASKS:
            answers.append(
                untestable(
                    source, f"{len(misses)} pairs of corpora on eight runs of one family; five are asked for"
                )
            )
            continue
        numbers = median_interval(np.array([m for m, _ in misses]))
        words = (
            f"{len(misses)} pairs of a family and two corpora; a straight line misses by"
            f" {np.median(lines):.2%}"
        )
        verdict = decide(*numbers[1:], supported=lambda v: v <= CLOSE, words=words)
        miss, name = max(misses) if verdict[0] != CONTRADICTED else min(misses)
        answers.append(
            found(
                part,
                "median relative miss of the loss",
                numbers,
                len(misses),
                verdict,
                counter=f"{name}: {miss:.1%}",
            )
        )
    return answers


def _shifted_power(x: Floats, y: Floats) -> Floats:
    """Losses (n,) by E + K·(x − x₀)^κ without each run in turn; x₀ and κ from a grid."""
    above = x[None, :] - FLOORS[:, None] * x.min()
    return _held_out((above[:, None, :] ** POWERS[None, :, None]).reshape(-1, x.size), y)


def repeated_data_is_as_good(tables: ClaimTables) -> list[Finding]:
    """Median relative excess of the loss of up to four epochs over that of fresh data."""
    rows = _final(tables)
    answers = []
    for source, part in by_source(
        None if rows is None else rows.filter(pl.col("family").str.contains("repeated"))
    ):
        epochs = [_epochs(*row) for row in part.select("run_id", "tokens").iter_rows()]
        repeated = part.with_columns(epochs=pl.Series(epochs, dtype=pl.Float64))
        fresh = rows.filter(pl.col("source") == source, ~pl.col("family").str.contains("repeated"))  # type: ignore[union-attr]
        means = fresh.group_by("params", "tokens", "corpus").agg(fresh=pl.col("loss").mean())
        pairs = repeated.filter(pl.col("epochs") <= FEW_EPOCHS).join(means, on=["params", "tokens", "corpus"])
        if pairs.height < FEWEST_TASKS:
            answers.append(
                untestable(
                    source, f"{pairs.height} runs of two to four epochs with a fresh twin; five are asked for"
                )
            )
            continue
        excess = ((pairs["loss"] - pairs["fresh"]) / pairs["fresh"]).to_numpy()
        numbers = median_interval(excess)
        verdict = decide(
            *numbers[1:],
            supported=lambda v: v <= NO_CHANGE,
            words=f"{excess.size} runs beside runs on fresh data",
        )
        worst = pairs.row(int(excess.argmax() if verdict[0] != CONTRADICTED else excess.argmin()), named=True)
        counter = (
            f"{worst['epochs']:.1f} epochs of {worst['params'] / 1e9:.1f} billion:"
            f" {worst['loss'] / worst['fresh'] - 1:+z.1%}"
        )
        answers.append(
            found(pairs, "median relative excess of loss", numbers, excess.size, verdict, counter=counter)
        )
    return answers


def _epochs(run: str, tokens: int | None) -> float | None:
    """Times that a run saw its data, by a name made of its size, tokens and unique tokens: 1b5 8b8 400m."""
    if not tokens:
        return None
    whole, tenths = divmod(round(tokens / 1e8), 10)
    told = f"{whole}b{tenths or ''}" if whole else f"{round(tokens / 1e6)}m"
    found = re.search(rf"(?:^|[/ ])\d+[bm]\d??{told}(\d+)(?:b(\d?)|m)$", run)
    if found is None:
        return None
    unique = float(found[1]) * 1e6 if found[2] is None else float(f"{found[1]}.{found[2] or 0}") * 1e9
    return tokens / unique if unique <= tokens else None


def more_experts_less_loss(tables: ClaimTables) -> list[Finding]:
    """Share of routed designs (technique, dense size, text) whose loss falls with every step in experts."""
    rows = _final(tables)
    routed = None if rows is None else rows.filter(pl.col("source") == "routing")
    answers = []
    for _, part in by_source(routed):
        named = part.with_columns(
            experts=pl.col("model").str.extract(r"(\d+) experts").cast(pl.Int64),
            design=pl.col("model").str.replace(r" \d+ experts", ""),
        ).drop_nulls("experts")
        best = (
            named.group_by("design", "corpus", "experts")
            .agg(pl.col("loss").min())
            .sort("design", "corpus", "experts")
        )
        steps = best.group_by("design", "corpus", maintain_order=True).agg(
            n=pl.len(),
            falls=(pl.col("loss").diff().drop_nulls() < 0).all(),
            gain=pl.col("loss").first() - pl.col("loss").last(),
        )
        able = steps.filter(pl.col("n") >= 3)
        if able.height < FEWEST_TASKS:
            answers.append(
                untestable(
                    "routing", f"{able.height} designs with three numbers of experts; five are asked for"
                )
            )
            continue
        falls = able.filter("falls")
        numbers = share(falls.height, able.height)
        words = (
            f"{falls.height} of {able.height} designs fall at every step; median gain"
            f" {np.median(able['gain'].to_numpy()):z.2f} nats"
        )
        verdict = decide(*numbers[1:], supported=lambda v: v > 0.5, words=words)
        row = able.sort("gain", descending=verdict[0] == CONTRADICTED).row(0, named=True)
        counter = f"{row['design']} on {row['corpus']}: gain {row['gain']:+z.3f}"
        answers.append(
            found(
                part, "share of designs that fall throughout", numbers, able.height, verdict, counter=counter
            )
        )
    return answers


def larger_budgets_want_larger_vocabularies(tables: ClaimTables) -> list[Finding]:
    """Over steps up in compute, the share at which the vocabulary of lowest loss grows or stays."""
    rows = _final(tables)
    answers = []
    for source, part in by_source(None if rows is None else rows.filter(pl.col("source") == "vocab")):
        sized = part.with_columns(
            vocabulary=pl.col("tokenizer").str.extract(r"(\d+)").cast(pl.Float64),
            budget=(6.0 * pl.col("params") * pl.col("tokens")).log10().round(0),
        ).drop_nulls(["vocabulary", "budget"])
        best = sized.group_by("budget").agg(
            pl.col("vocabulary").sort_by("loss").first(), n=pl.col("vocabulary").n_unique()
        )
        able = best.filter(pl.col("n") >= 3).sort("budget")
        if able.height < 3:
            answers.append(
                untestable(
                    source, f"{able.height} budgets of compute with three vocabularies; three are asked for"
                )
            )
            continue
        rank = float(
            np.corrcoef(np.argsort(np.argsort(able["vocabulary"].to_numpy())), np.arange(able.height))[0, 1]
        )
        numbers = (rank, *_rank_limits(rank, able.height))
        words = (
            f"best vocabulary {able['vocabulary'][0]:,.0f} at the smallest of {able.height}"
            f" budgets, {able['vocabulary'][-1]:,.0f} at the largest"
        )
        verdict = decide(*numbers[1:], supported=lambda v: v > 0, words=words)
        answers.append(
            found(
                part,
                "rank correlation of best vocabulary and compute",
                numbers,
                able.height,
                verdict,
                counter=words if verdict[0] != SUPPORTED else "each budget has a few vocabularies only",
            )
        )
    return answers


def _rank_limits(rank: float, n: int) -> tuple[float, float]:
    """Fisher's limits, with the ends of one for a perfect order of few."""
    if n < 4:
        return np.nan, np.nan
    half = 1.96 / np.sqrt(n - 3)
    z = np.arctanh(np.clip(rank, -0.99, 0.99))
    return float(np.tanh(z - half)), float(np.tanh(z + half))


def answers_are_linear_in_compute(tables: ClaimTables) -> list[Finding]:
    """Median over tasks of |Pearson r| of the answer's log-probability and log compute; 0.95 or above."""
    if tables.loss_scores is None:
        return []
    kept = on_chosen(tables.loss_scores, tables).filter(
        pl.col("metric").is_in(["answer_bpb", "answer_loss", "soft_log", "task_loss"])
    )
    answers = []
    for source, part in by_source(last_of_runs(kept)):
        sized = part.drop_nulls(["params", "tokens"]).with_columns(
            compute=(6.0 * pl.col("params") * pl.col("tokens")).log10()
        )
        order = pl.col("metric").replace_strict({m: k for k, m in enumerate(CONTINUOUS)}, default=99)
        correlations = []
        for key, task in sized.sort(order).group_by("task", "format", maintain_order=True):
            one = task.filter(pl.col("metric") == task["metric"][0])
            if one.height >= FEWEST_RUNS and one["score"].n_unique() > 1 and one["compute"].n_unique() > 1:
                correlations.append(
                    (abs(float(np.corrcoef(one["compute"], one["score"])[0, 1])), str(key[0]))
                )
        if len(correlations) < FEWEST_TASKS:
            answers.append(
                untestable(
                    source,
                    f"{len(correlations)} tasks with the answer's log-probability on eight"
                    " runs of known compute; five are asked for",
                )
            )
            continue
        numbers = median_interval(np.array([r for r, _ in correlations]))
        verdict = decide(*numbers[1:], supported=lambda v: v >= LINEAR, words=f"{len(correlations)} tasks")
        r, name = min(correlations) if verdict[0] != CONTRADICTED else max(correlations)
        answers.append(
            found(
                part,
                "median |r| of log-probability and log compute",
                numbers,
                len(correlations),
                verdict,
                counter=f"{name}: {r:z.2f}",
            )
        )
    return answers
