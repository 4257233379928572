"""Takes one series through its steps: forms, rivals, the noise about the best of all, replicates."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from emergence.numerics.arrays import Floats
from emergence.points.scatter import correct_rho, estimate_scatter, lag_one
from emergence.points.series import Series, count_distinct
from emergence.shapes.curves import JUMP, ThresholdCurve
from emergence.shapes.search import MAX_GAPS, Design, FormFits, build_design, fit_forms, focus_design
from emergence.shapes.smooth_curves import NUMBERS, SmoothFits, fit_smooth
from emergence.threshold import verdict as rules
from emergence.threshold.contrasts import Sample
from emergence.threshold.diagnostics import Analysis
from emergence.threshold.replicates import (
    Replicates,
    match_memory,
    resample_runs,
    select_form,
    simulate_run,
    tails,
)

PILOT_REPLICATES = 128
"""Replicates that find where a long series needs a dense search."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit: confidence of intervals, replicates, at most how many behind a small p, the one form to
    keep.

    Without `keep` (an index into FORMS) the form is selected, and again in every replicate.
    """

    confidence: float = 0.95
    replicates: int = 1000
    most_replicates: int = 0
    keep: int | None = None


def analyse(series: Series, plan: Plan, rng: np.random.Generator) -> Analysis:
    """Fit the forms and their rivals, estimate the noise about the best of all, and draw the replicates."""
    scatter = estimate_scatter(series.score, series.run, series.n_items, series.stderr)
    weight = 1.0 / scatter.variance
    design = build_design(series.loss, weight, series.run)
    coarse = build_design(series.loss, weight, series.run, MAX_GAPS)
    fits, form, floor = _choose(design, series, plan.keep)
    curve = fits.curve(form)
    by_run = series.n_runs >= 3
    smooth = fit_smooth(design, series.score, by_run=by_run)
    residual, numbers = _flexible_residual(series, design, curve, form, smooth)
    n = residual.size
    shape = np.sqrt(scatter.variance / np.average(scatter.variance, weights=weight))
    noise_sd = shape * np.sqrt(float(design.w @ residual**2) * n / max(n - numbers, 1))
    seen = lag_one(residual, series.run, series.order)
    rho = correct_rho(seen, n)
    if not by_run:
        rho, noise_sd = match_memory(
            rng, coarse, curve(series.loss), residual, noise_sd, series.order, rho, seen, floor
        )
    sample = Sample(series.loss, series.score, weight, series.run, series.order, rho)

    def draw(grid: Design, count: int) -> Replicates:
        if by_run:
            return resample_runs(rng, grid, series.score, floor, count, plan.confidence, plan.keep)
        fitted = series.score - residual
        return simulate_run(
            rng, grid, fitted, noise_sd, series.order, rho, floor, count, plan.confidence, plan.keep
        )

    drawn = draw(_grid(design, coarse, weight, draw), plan.replicates)
    return Analysis(
        series, scatter, design, coarse, fits, form, curve, floor, smooth, sample, noise_sd, drawn,
        plan.confidence, plan.replicates, plan.most_replicates, rng,
    )  # fmt: skip


def _grid(
    design: Design, coarse: Design, weight: Floats, draw: Callable[[Design, int], Replicates]
) -> Design:
    """Give the gaps for the replicates: all, or where there are many, denser where a pilot puts eta."""
    if design.pos.size <= coarse.pos.size:
        return coarse
    low, high = tails(draw(coarse, PILOT_REPLICATES).values[0], 0.005)
    reach = 0.5 * (high - low) + 2 * design.scale / MAX_GAPS
    return focus_design(design.to_loss(design.x), weight, design.run, low - reach, high + reach)


def _flexible_residual(
    series: Series, design: Design, curve: ThresholdCurve, form: int, smooth: SmoothFits
) -> tuple[Floats, int]:
    """Give the residuals about the best of the selected threshold and the smooth forms, and how many
    numbers it fits.

    Around a form that misfits, what looks like memory is misfit.
    """
    n = series.loss.size
    fitted = np.vstack([curve(series.loss), smooth.fitted])
    numbers = np.array([4 if form == JUMP else 3, *NUMBERS])
    squares = np.maximum((series.score - fitted) ** 2 @ design.w, 1e-300)
    best = int((n * np.log(squares) + numbers * np.log(n)).argmin())
    return series.score - fitted[best], int(numbers[best])


def _choose(design: Design, series: Series, keep: int | None) -> tuple[FormFits, int, float | None]:
    """Fit a free floor; where few checkpoints above eta tell, hold the known chance if it fits as well
    (BIC).
    """
    free = fit_forms(design, series.score, None)
    form = _selected(free, series.score) if keep is None else keep
    above = count_distinct(series.loss[series.loss >= free.curve(form).eta])
    if series.chance is None or above >= rules.MIN_CHECKPOINTS_SIDE:
        return free, form, None
    fixed = fit_forms(design, series.score, series.chance)
    held = _selected(fixed, series.score) if keep is None else keep
    n = series.score.size
    errors = [
        max(float(design.w @ (series.score - fits.curve(f)(series.loss)) ** 2), 1e-300)
        for fits, f in ((free, form), (fixed, held))
    ]
    if n * np.log(errors[1] / errors[0]) > np.log(n):
        return free, form, None
    return fixed, held, series.chance


def _selected(fits: FormFits, score: Floats) -> int:
    z = score - fits.centre
    total = float(fits.design.w @ z**2) - (float(fits.design.w @ z) ** 2 if fits.free else 0.0)
    return int(select_form(fits.numbers[:, :1], np.array([total]), score.size)[0])
