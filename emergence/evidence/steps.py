"""Takes one series through its steps: forms, rivals, the noise about the best of all."""

from typing import Final

import numpy as np

from emergence.evidence.contrasts import Sample
from emergence.evidence.diagnostics import Analysis
from emergence.evidence.family import fit_family
from emergence.evidence.floor import LEAST_CHECKPOINTS, find_floor, top_fifth
from emergence.evidence.plan import Plan
from emergence.evidence.replicates import match_memory, select_form
from emergence.numerics.arrays import Floats
from emergence.points.scatter import correct_rho, estimate_scatter, independent, lag_one
from emergence.points.series import Series, count_distinct
from emergence.shapes.curves import ThresholdCurve
from emergence.shapes.search import MAX_GAPS, Design, FormFits, build_design, fit_forms
from emergence.shapes.smooth_curves import NUMBERS, SmoothFits, fit_smooth

LEAST_NOISE: Final = 1e-9
"""Of the range of scores: what a curve without any residual is taken to scatter by."""
STREAMS: Final = 5
"""Random streams of one analysis, one a number, so that none depends on which is read first."""


def analyse(series: Series, plan: Plan, rng: np.random.Generator) -> Analysis:
    """Fit the forms and their rivals, and estimate the noise about the best of all."""
    streams = rng.spawn(STREAMS)
    scatter = estimate_scatter(series.score, series.run, series.n_items, series.stderr)
    weight = 1.0 / scatter.variance
    design = build_design(series.loss, weight, series.run)
    coarse = build_design(series.loss, weight, series.run, MAX_GAPS)
    forms = fit_forms(design, series.score, None)
    family = fit_family(design, series.score, forms)
    curve = family.curve() if plan.keep is None else forms.curve(plan.keep)
    by_run = series.n_runs >= 3
    smooth = fit_smooth(design, series.score)
    n = series.loss.size
    residual, numbers, is_threshold = _flexible_residual(series, design, curve, smooth, n)
    if not by_run:
        first = correct_rho(lag_one(residual, series.run, series.order), n)
        told = independent(n, first)
        residual, numbers, is_threshold = _flexible_residual(series, design, curve, smooth, told)
    shape = np.sqrt(scatter.variance / np.average(scatter.variance, weights=weight))
    noise_sd = shape * np.sqrt(float(design.w @ residual**2) * n / max(n - numbers, 1))
    seen = lag_one(residual, series.run, series.order)
    rho = correct_rho(seen, n)
    if not by_run:
        rho, noise_sd = match_memory(
            streams[0],
            coarse,
            _best_form(design, series.score, forms)(series.loss),
            residual,
            noise_sd=noise_sd,
            order=series.order,
            rho=rho,
            seen=seen,
        )
    noise_sd = np.maximum(noise_sd, LEAST_NOISE * float(np.ptp(series.score)))
    noise = (scatter.checkpoint_sd, scatter.run_sd)
    sample = Sample(series.loss, series.score, weight, series.run, series.order, rho, *noise)
    top = top_fifth(series.loss) if plan.floor_from is None else plan.floor_from
    least = max(top, _least_of_floor(series, curve.eta, is_threshold))
    floor = find_floor(sample, design.w, series.run, series.n_runs, least)
    return Analysis(
        series=series,
        scatter=scatter,
        design=design,
        coarse=coarse,
        family=family,
        first_curve=curve,
        smooth=smooth,
        sample=sample,
        floor=floor,
        noise_sd=noise_sd,
        flexible=series.score - residual,
        plan=plan,
        streams=streams,
    )


def _best_form(design: Design, score: Floats, forms: FormFits) -> ThresholdCurve:
    """Give the curve of the best of the forms, which is what a refit of simulated series can find again.

    About any other curve what the forms cannot follow would pass for noise, and be taken from it.
    """
    total = design.w @ (score - design.w @ score) ** 2
    return forms.curve(int(select_form(forms.numbers[:, :1], np.array([total]), score.size)[0]))


def _least_of_floor(series: Series, eta: float, is_threshold: bool) -> float:
    """Give the loss below which nothing is at the floor: eta of the best curve, with enough checkpoints
    above it.
    """
    return (
        eta
        if is_threshold and count_distinct(series.loss[series.loss >= eta]) >= LEAST_CHECKPOINTS
        else -np.inf
    )


def _flexible_residual(
    series: Series, design: Design, curve: ThresholdCurve, smooth: SmoothFits, n: float
) -> tuple[Floats, int, bool]:
    """Give the residuals about the best of threshold and smooth forms, its count of numbers, and which it is.

    Around a form that misfits, what looks like memory is misfit.
    """
    fitted = np.vstack([curve(series.loss), smooth.fitted])
    numbers = np.array([4, *NUMBERS])
    squares = np.maximum((series.score - fitted) ** 2 @ design.w, 1e-300)
    best = int((n * np.log(squares) + numbers * np.log(n)).argmin())
    return series.score - fitted[best], int(numbers[best]), best == 0
