"""Verdicts on planted truths, widths, held-out scores, memory, and what must not depend on weights of zero
error.
"""

import sys

import numpy as np
import pytest
import vl_convert

import emergence
from emergence.evidence.replicates import draw_runs
from emergence.points.scatter import draw_ar1, estimate_scatter
from emergence.points.simulate import Truth, simulate
from emergence.shapes.curves import FORMS
from emergence.shapes.kernels import root_sums, scan_forms
from emergence.shapes.search import build_design, fit_forms, search_replicates
from emergence.shapes.smooth_curves import fit_smooth


def fitted(truth: Truth, seed: int, **options: object) -> emergence.ThresholdFit:
    rng = np.random.default_rng(seed)
    data = simulate(truth, rng)
    return emergence.fit_threshold(
        data["loss"],
        data["score"],
        run=data["run_id"],
        order=data["tokens"],
        chance=truth.chance,
        rng=rng,
        replicates=200,
        **options,
    )


@pytest.mark.parametrize(
    ("truth", "verdicts", "share"),
    [
        (Truth("flat"), {"at_floor"}, 0.8),
        (Truth("flat", runs=1, checkpoints=90), {"at_floor"}, 0.8),
        (Truth("flat", floor=0.4), {"no_change"}, 0.8),
        (Truth("linear"), {"smooth"}, 0.9),
        (Truth("linear", floor=0.4), {"above_floor"}, 0.9),
        (Truth("linear", rise=-0.1, floor=0.4), {"inverse"}, 0.9),
        (Truth("hinge", checkpoints=40), {"leaves_floor", "gradual"}, 0.9),
        (Truth("hinge", checkpoints=40, chance=0.2), {"leaves_floor", "gradual"}, 0.9),
        (Truth("logistic", rise=0.3, checkpoints=40), {"gradual", "smooth"}, 0.95),
        (Truth("jump", jump=0.08), {"sharp"}, 0.8),
        (Truth("jump", jump=0.08, runs=1, checkpoints=90), {"sharp"}, 0.7),
        (
            Truth("hinge", runs=1, checkpoints=9),
            {"not_identified", "smooth", "at_floor", "leaves_floor"},
            0.9,
        ),
    ],
    ids=lambda value: value.shape if isinstance(value, Truth) else "",
)
def test_the_verdict_names_what_was_planted(truth: Truth, verdicts: set[str], share: float) -> None:
    found = [fitted(truth, seed).verdict for seed in range(20)]
    assert sum(v in verdicts for v in found) >= share * 20, found


def test_within_one_run_the_interval_covers_under_memory() -> None:
    truth = Truth("hinge", runs=1, checkpoints=90, rho=0.6)
    fits = [fitted(truth, seed) for seed in range(40)]
    assert {f.inference for f in fits} == {"within_run"}
    assert all(f.delta_smooth is None for f in fits)
    located = [f for f in fits if f.eta is not None]
    assert len(located) >= 15
    assert sum(f.eta_low <= 2.5 <= f.eta_high for f in located) >= 0.85 * len(located)
    assert 0.3 < np.mean([f.rho for f in fits]) < 0.8


def test_two_runs_are_fitted_each_on_its_own() -> None:
    fit = fitted(Truth("jump", jump=0.08, runs=2, checkpoints=60), 5)
    assert fit.n_runs == 2
    assert fit.inference == "combined"
    assert fit.eta_low <= fit.eta <= fit.eta_high
    assert fit.runs_agreeing == 2
    assert "sharp in 2 of 2 runs" in fit.reason


def test_a_stray_checkpoint_of_another_run_does_not_hide_the_main_one() -> None:
    data = simulate(Truth("jump", jump=0.1, runs=1, checkpoints=80), np.random.default_rng(2))
    loss = np.append(data["loss"], 2.05)
    fit = emergence.fit_threshold(
        loss, np.append(data["score"], 0.5), run=["a"] * 80 + ["b"], chance=0.25, rng=1, replicates=200
    )
    assert fit.n_runs == 1
    assert fit.n_dropped == 1
    assert fit.verdict == "sharp"


def test_a_steep_logistic_has_a_narrow_width_and_a_slow_one_a_wide_one() -> None:
    narrow = fitted(Truth("jump", jump=0.15, checkpoints=40), 1)
    wide = fitted(Truth("logistic", rise=0.3, checkpoints=40), 1)
    assert narrow.width_high < 0.1
    assert wide.width_low > 0.2
    # 10 to 90 % of 1/(1 + exp(8·share)) over a range of 1
    assert wide.width == pytest.approx(2 * np.log(9) / 8, rel=0.3)


def test_the_smooth_rival_wins_the_held_out_score_when_it_is_true() -> None:
    smooth = [fitted(Truth("logistic", rise=0.3, checkpoints=30), s).delta_smooth for s in range(6)]
    jump = [fitted(Truth("jump", jump=0.1, checkpoints=30), s).delta_smooth for s in range(6)]
    assert max(smooth) < 0
    assert min(jump) > 0


def test_replicates_of_a_run_drawn_once_each_are_the_fit_itself() -> None:
    data = simulate(Truth("hinge", runs=5, checkpoints=20), np.random.default_rng(3))
    order = np.argsort(data["loss"].to_numpy())
    x, y = data["loss"].to_numpy()[order], data["score"].to_numpy()[order]
    run = (np.repeat(np.arange(5), 20))[order]
    design = build_design(x, np.ones(100), run)
    fits = fit_forms(design, y, None)
    ones = np.ones((5, 40))  # 40 is no multiple of the lanes
    numbers = search_replicates(design, y - y.mean(), ones, ones, free=True)
    assert np.array_equal(numbers, np.repeat(numbers[:, :, :1], 40, axis=2))
    for form in (FORMS.index("jump"), FORMS.index("hinge")):
        assert numbers[form, :, 0] == pytest.approx(fits.numbers[form], abs=1e-12)


def test_the_fast_scan_agrees_with_weighted_least_squares_in_every_replicate() -> None:
    rng = np.random.default_rng(4)
    data = simulate(Truth("hinge", runs=6, checkpoints=8), rng)
    order = np.argsort(data["loss"].to_numpy())
    x, y = data["loss"].to_numpy()[order], data["score"].to_numpy()[order]
    run = np.repeat(np.arange(6), 8)[order]
    design = build_design(x, rng.uniform(0.5, 2, 48), run)
    counts = draw_runs(rng, 6, 33)
    numbers = search_replicates(design, y - 0.3, counts, counts, free=True)
    for b in range(33):
        w = design.w * counts[run, b]
        centred = y - (w @ y) / w.sum()
        for f, power in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0)):
            eta = numbers[f, 1, b]
            rise = np.maximum(eta - design.x, 0) ** power
            rise = rise - (w @ rise) / w.sum()
            gain = (w @ (rise * centred)) ** 2 / (w @ rise**2)
            assert numbers[f, 0, b] == pytest.approx(gain, rel=1e-8, abs=1e-14)
            ends = [np.maximum(hi - design.x, 0) ** power for hi in design.hi]
            best = max(_gain(rise, centred, w) for rise in ends)
            assert numbers[f, 0, b] >= best - 1e-12


def _gain(rise: np.ndarray, centred: np.ndarray, w: np.ndarray) -> float:
    rise = rise - (w @ rise) / w.sum()
    over, spread = w @ (rise * centred), w @ rise**2
    return float(over**2 / spread) if over > 0 and spread > 1e-13 else 0.0


def test_kernels_are_compiled_for_the_types_they_are_called_with() -> None:
    assert len(scan_forms.signatures) <= 1
    assert len(root_sums.signatures) <= 1


def test_a_published_error_of_zero_does_not_earn_all_the_weight() -> None:
    score = np.array([0.5, 0.4, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0])
    error = np.array([0.03, 0.03, 0.02, 0.02, 0.0, 0.0, 0.0, 0.0])
    variance = estimate_scatter(score, np.zeros(8, dtype=np.int64), None, error).variance
    assert variance.max() / variance.min() < 30


def test_ar1_noise_has_the_memory_and_the_variance_asked_for() -> None:
    noise = draw_ar1(np.random.default_rng(1), 400, 300, 0.7)
    assert noise.var() == pytest.approx(1.0, abs=0.03)
    assert (noise[1:] * noise[:-1]).mean() == pytest.approx(0.7, abs=0.02)


def test_the_smooth_fits_beat_a_grid() -> None:
    rng = np.random.default_rng(6)
    x = np.sort(rng.uniform(2, 3, 80))
    y = 0.25 + 0.3 / (1 + np.exp((x - 2.4) / 0.06)) + rng.normal(0, 0.01, 80)
    design = build_design(x, np.ones(80), np.zeros(80, dtype=np.int64))
    fits = fit_smooth(design, y)
    total = float(((y - y.mean()) ** 2).mean())
    best = np.inf
    for m in np.linspace(2.3, 2.5, 81):
        for s in np.geomspace(0.03, 0.12, 81):
            A = np.column_stack([np.ones(80), 1 / (1 + np.exp((x - m) / s))])
            best = min(best, float(np.mean((y - A @ np.linalg.lstsq(A, y, rcond=None)[0]) ** 2)))
    assert total - fits.gain[2] <= best * (1 + 1e-4)
    assert fits.gain[3] >= fits.gain[2] - 1e-9


def rows_drawn(fit: emergence.ThresholdFit) -> list[dict[str, object]]:
    """The rows behind a fit's chart, once the drawing program has laid it out."""
    spec = fit.plot().to_dict()
    assert vl_convert.vegalite_to_svg(spec).startswith("<svg")
    return [row for rows in spec["datasets"].values() for row in rows]


def test_a_fit_draws_what_the_site_draws_and_says_itself_in_one_line() -> None:
    pytest.importorskip("altair")
    fit = fitted(Truth("jump", jump=0.1), 1)
    assert "\n" not in str(fit)
    assert fit.verdict in str(fit)
    assert list(fit.to_row()) == list(emergence.SCHEMA)
    rows = rows_drawn(fit)
    assert len({row["run"] for row in rows if "run" in row}) == fit.n_runs
    assert sum("run" in row for row in rows) == fit.n_checkpoints
    assert {"floor", "chance", "threshold curve", "smooth rival"} <= {row.get("line") for row in rows}
    texts = " ".join(str(row["text"]) for row in rows if "text" in row)
    for said in (f"floor {fit.floor:.3f}", f"{fit.loss_at_2_points:.2f} [", f"η {fit.eta:.2f} ["):
        assert said in texts


def test_a_fit_without_threshold_or_curve_is_drawn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("altair")
    fit = emergence.fit_threshold([2.0, 2.0, 2.0], [0.1, 0.2, 0.3])
    assert fit.status == "one_loss"
    assert [row["score"] for row in rows_drawn(fit) if "run" in row] == [0.1, 0.2, 0.3]
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(emergence.EmergenceError, match=r'pip install "\.\[plot\]"'):
        fit.plot()


@pytest.mark.parametrize("shape", ["one score", "step", "line", "tiny", "huge"])
def test_odd_series_give_finite_numbers_and_no_warning(shape: str) -> None:
    rng = np.random.default_rng(8)
    loss = rng.uniform(2, 3, 30)
    score = {
        "one score": np.where(np.arange(30) == 4, 0.3, 0.0),
        "step": (loss < 2.5).astype(float),
        "line": 2 - 0.5 * loss,
        "tiny": rng.random(30) * 1e-12,
        "huge": rng.random(30) * 1e12,
    }[shape]
    for run in (None, np.arange(30) % 2, np.arange(30) % 4, np.arange(30)):
        fit = emergence.fit_threshold(loss, score, run=run, replicates=50)
        numbers = [v for v in fit.to_row().values() if isinstance(v, float)]
        assert np.isfinite(numbers).all()
        if fit.eta is None:
            assert fit.eta is fit.eta_low is fit.eta_high is None
        else:
            assert fit.loss_min <= fit.eta_low <= fit.eta <= fit.eta_high <= fit.loss_max


def test_a_score_that_only_falls_with_falling_loss_has_no_eta() -> None:
    loss = np.linspace(2, 3, 40)
    fit = emergence.fit_threshold(loss, 0.2 + 0.1 * loss, run=np.arange(40) % 4, chance=0.25, replicates=50)
    assert fit.verdict == "inverse"
    assert fit.status == "no_rise"
    assert fit.eta is None
    assert fit.form is None
    assert fit.loss_at_2_points is None
    assert np.isnan(fit.scores_at([2.5]).score).all()
    assert "no_rise" in str(fit)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_a_rise_without_a_step_is_excluded_where_there_is_one_and_seldom_else(rho: float) -> None:
    loss = np.linspace(3, 2, 90)
    rng = np.random.default_rng(11)
    kinked = 0.25 + 0.45 * np.maximum(2.5 - loss, 0)
    stepped = 0.25 + np.where(loss < 2.5, 0.12 + 0.2 * (2.5 - loss), 0)
    found = {True: [], False: []}
    for is_step, curve in ((True, stepped), (False, kinked)):
        for _ in range(20):
            score = curve + 0.02 * draw_ar1(rng, 90, 1, rho)[:, 0]
            fit = emergence.fit_threshold(loss, score, chance=0.25, replicates=100)
            found[is_step].append(fit.p_step < 0.05)
    assert np.mean(found[True]) >= 0.9
    assert np.mean(found[False]) <= 0.15
