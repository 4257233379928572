"""Loss laws: planted ones come back, the published points give the published numbers, poor data say so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from emergence.laws.fit import _draws, fit_loss_law, fit_loss_laws, own_outliers
from emergence.laws.kernel import huber
from emergence.laws.law import LossLaw, law_loss, loss_scenarios
from tests.tools.published_tables import MIRROR, needs_mirror

PLANTED = np.array([np.log(1.8), np.log(480.0), 0.35, np.log(2000.0), 0.37])


def planted(n: int = 150, noise: float = 0.004, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    params = np.exp(rng.uniform(np.log(5e7), np.log(1e10), n))
    tokens = params * np.exp(rng.uniform(np.log(3), np.log(200), n))
    loss = law_loss(PLANTED, params, tokens) * np.exp(noise * rng.standard_normal(n))
    return loss, params, tokens


def test_a_noiseless_law_is_recovered_to_the_digit() -> None:
    loss, params, tokens = planted(noise=0.0)
    law = fit_loss_law(loss, params, tokens, replicates=20, influence=False, rng=np.random.default_rng(0))
    assert np.allclose(law.theta, PLANTED, rtol=1e-4)
    assert law.status == "ok"
    assert law.rmse < 1e-5


def test_the_papers_form_is_recovered_with_its_scale() -> None:
    params = np.geomspace(1e7, 1e11, 12)
    loss = 1.7 + (1e8 / params) ** 0.3
    law = fit_loss_law(loss, params, replicates=50, rng=np.random.default_rng(0))
    assert law.form == "L(N)"
    assert law.interval("irreducible_loss")[0] == pytest.approx(1.7, rel=1e-3)
    assert law.interval("n0")[0] == pytest.approx(1e8, rel=1e-2)
    assert law.interval("alpha_n")[0] == pytest.approx(0.3, rel=1e-3)


def test_intervals_cover_the_planted_parameters() -> None:
    hits = []
    for seed in range(30):
        loss, params, tokens = planted(n=80, noise=0.01, seed=seed)
        law = fit_loss_law(
            loss, params, tokens, replicates=150, influence=False, rng=np.random.default_rng(seed)
        )
        for name, truth in {"irreducible_loss": 1.8, "alpha": 0.35, "beta": 0.37}.items():
            _, low, high = law.interval(name)
            hits.append(low <= truth <= high)
    assert 0.85 <= np.mean(hits) <= 1.0


def test_runs_of_many_points_are_resampled_whole() -> None:
    loss, params, tokens = planted(n=120, noise=0.0)
    run = np.repeat(np.arange(12), 10)
    shift = np.random.default_rng(3).normal(0, 0.02, 12)[run]
    rng = np.random.default_rng(0)
    whole = fit_loss_law(loss * np.exp(shift), params, tokens, run, replicates=200, influence=False, rng=rng)
    apart = fit_loss_law(loss * np.exp(shift), params, tokens, replicates=200, influence=False, rng=rng)
    width = [np.subtract(*law.interval("irreducible_loss")[:0:-1]) for law in (whole, apart)]
    assert whole.runs == 12
    assert width[0] > 1.3 * width[1]


def test_an_irreducible_loss_beyond_the_data_is_not_claimed() -> None:
    sizes = np.array([1.11e8, 2.56e8, 5.9e8, 1.3e9, 2.7e9, 6.7e9, 1.3e10])
    pile = np.array([2.608, 2.349, 2.181, 1.997, 1.834, 1.704, 1.572])  # Dey et al., arXiv 2304.03208
    law = fit_loss_law(pile, sizes, rng=np.random.default_rng(0))
    assert law.status == "irreducible_loss not identified"
    assert law.row()["irreducible_loss_low"] < 0.1
    assert "e-" not in law.row()["reason"]
    assert law.row()["irreducible_loss_high"] == pile.min()


@pytest.mark.parametrize(
    ("params", "tokens", "status"),
    [
        (np.repeat([1e8, 1e9], 6), np.geomspace(1e9, 1e11, 12), "too_few_points"),
        (np.geomspace(1e8, 1e10, 12), 20 * np.geomspace(1e8, 1e10, 12), "tokens_follow_params"),
    ],
)
def test_data_that_cannot_carry_five_parameters_give_a_row_without_numbers(
    params: np.ndarray, tokens: np.ndarray, status: str
) -> None:
    law = fit_loss_law(law_loss(PLANTED, params, tokens), params, tokens, rng=np.random.default_rng(0))
    assert law.status == status
    assert law.row()["irreducible_loss"] is None
    assert not law.fitted


@pytest.mark.parametrize("runs", [6, 12, 13, 40])
def test_every_replicate_asked_for_is_drawn_and_carries_the_parameters(runs: int) -> None:
    for seed in range(5):
        draws = _draws(runs, 5, 400, np.random.default_rng(seed))
        assert draws.shape == (400, runs)
        assert ((draws > 0).sum(axis=1) >= 5).all()


def test_draws_made_up_leave_the_draws_that_follow_as_they_are() -> None:
    rng, plain = np.random.default_rng(3), np.random.default_rng(3)
    short = plain.multinomial(12, np.full(12, 1 / 12), size=400)
    assert ((short > 0).sum(axis=1) < 5).any()
    _draws(12, 5, 400, rng)
    assert rng.random() == plain.random()


def test_a_law_of_twelve_points_has_as_many_replicates_as_were_asked_for() -> None:
    rng = np.random.default_rng(0)
    params = np.geomspace(1e8, 1e10, 12)
    tokens = params * np.exp(rng.uniform(1, 4, 12))
    loss = law_loss(PLANTED, params, tokens) * np.exp(0.004 * rng.standard_normal(12))
    law = fit_loss_law(loss, params, tokens, replicates=400, influence=False, rng=np.random.default_rng(3))
    assert law.replicates.shape == (400, 5)
    assert np.isfinite(law.replicates).all()


@pytest.mark.parametrize(
    ("repeats", "foretells"),
    [([1] * 4, False), ([2, 1, 1, 1], False), ([2] * 4, True), ([1] * 5, True), ([1] * 8, True)],
)
def test_a_law_foretells_from_five_sizes_or_four_of_two_runs(repeats: list[int], foretells: bool) -> None:
    params = np.repeat(np.geomspace(1e8, 1e10, len(repeats)), repeats)
    noise = 0.003 * np.random.default_rng(0).standard_normal(params.size)
    law = fit_loss_law(
        (1.7 + (1e8 / params) ** 0.3) * np.exp(noise), params, rng=np.random.default_rng(0), influence=False
    )
    assert law.fitted
    assert law.foretells == foretells
    assert (law.status == "too_few_runs") != foretells
    if not foretells:
        assert law.reason.startswith(f"{params.size} runs of 4 sizes")
        with pytest.raises(InputError, match="cannot foretell"):
            loss_scenarios(law, pl.DataFrame({"scenario": ["s"], "params": [1e11]}))


@pytest.mark.parametrize("sizes", [5, 8])
def test_planned_losses_hold_the_truth_where_sizes_are_few(sizes: int) -> None:
    params, planned = np.geomspace(1e8, 1e10, sizes), pl.DataFrame({"scenario": ["s"], "params": [5e10]})
    truth = 1.7 + (1e8 / 5e10) ** 0.3
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        loss = (1.7 + (1e8 / params) ** 0.3) * np.exp(0.003 * rng.standard_normal(sizes))
        law = fit_loss_law(loss, params, replicates=150, influence=False, rng=rng)
        told = loss_scenarios(law, planned).row(0, named=True)
        held += told["loss_low"] <= truth <= told["loss_high"]
    assert held >= 93


def test_the_strays_of_a_planned_loss_follow_its_confidence() -> None:
    params = np.geomspace(1e8, 1e10, 30)
    noise = 0.01 * np.random.default_rng(0).standard_normal(30)
    law = fit_loss_law((1.7 + (1e8 / params) ** 0.3) * np.exp(noise), params, rng=np.random.default_rng(0))
    sure = replace(law, replicates=np.repeat(law.theta[None], 50, 0))
    planned = pl.DataFrame({"scenario": ["s"], "params": [1e9]})
    for confidence, z in ((0.5, 0.674490), (0.95, 1.959964)):
        told = loss_scenarios(sure, planned, confidence=confidence).row(0, named=True)
        assert told["loss_high"] - told["loss"] == pytest.approx(z * law.rmse * told["loss"], rel=1e-4)


def test_wrong_input_is_refused_by_name() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match=r"loss: -1\.0 at position 1"):
        fit_loss_law([2.0, -1.0], [1e8, 1e9], rng=rng)
    with pytest.raises(InputError, match="tokens: missing"):
        fit_loss_law([2.0, 1.0], [1e8, 1e9], form="L(N,D)", rng=rng)
    with pytest.raises(InputError, match="form"):
        fit_loss_law([2.0, 1.0], [1e8, 1e9], form="L(D)", rng=rng)  # type: ignore[arg-type]


def test_a_planted_outlier_is_found_and_both_fits_are_reported() -> None:
    loss, params, tokens = planted()
    loss[7] *= 1.5
    frame = pl.DataFrame({"source": "planted", "loss": loss, "params": params, "tokens": tokens})
    frame = frame.with_row_index("run_id").with_columns(pl.col("run_id").cast(pl.String))
    table, laws = fit_loss_laws(
        frame, ["source"], forms=["L(N,D)"], replicates=60, rng=np.random.default_rng(0)
    )
    assert table["points"].to_list() == ["all", "without_outliers"]
    assert table["n_outliers"].to_list() == [0, 1]
    assert own_outliers(laws["planted", "L(N,D)", "all"], loss, params, tokens)[7]
    assert table.columns[0] == "source"


def _chinchilla() -> pl.DataFrame:
    path = next(Path(str(MIRROR)).glob("epoch-research/analyzing-chinchilla/*/data/svg_extracted_data.csv"))
    return pl.read_csv(path).select(
        "loss",
        params=pl.col("Model Size"),
        tokens=pl.col("Training FLOP") / 6 / pl.col("Model Size"),
        outlier=pl.col("loss").rank("ordinal", descending=True) <= 5,
    )


def _fit(frame: pl.DataFrame, *, drop: bool) -> LossLaw:
    data = frame.filter(~pl.col("outlier")) if drop else frame
    return fit_loss_law(data["loss"], data["params"], data["tokens"], rng=np.random.default_rng(0))


@needs_mirror
def test_besiroglus_refit_is_reproduced_within_its_errors() -> None:
    """Besiroglu et al. (arXiv 2404.10102), their table of estimates: value (standard error), 240 points."""
    published = {
        "irreducible_loss": (1.8172, 0.03),
        "a": (482.01, 124.58),
        "b": (2085.43, 1293.23),
        "alpha": (0.3478, 0.02),
        "beta": (0.3658, 0.02),
        "compute_exponent": (0.5126, 0.02),
    }
    law = _fit(_chinchilla(), drop=True)
    for name, (value, error) in published.items():
        estimate, low, high = law.interval(name)
        assert abs(estimate - value) < 0.25 * error
        assert low < value < high
        assert 0.6 < (high - low) / (2 * 1.96 * error) < 1.6


@needs_mirror
def test_hoffmanns_own_parameters_miss_the_points() -> None:
    """Hoffmann et al. (arXiv 2203.15556), eq. 10, its exponents and E unrounded."""
    data = _chinchilla().filter(~pl.col("outlier"))
    hoffmann = np.array([np.log(1.6934), np.log(406.4), 0.3392, np.log(410.7), 0.2849])
    law = _fit(data, drop=True)
    logs = np.log(data.select("params", "tokens").to_numpy().T.copy())
    log_loss, ones = np.log(data["loss"].to_numpy()), np.ones(data.height)
    assert huber(hoffmann, logs, log_loss, ones) > 1.15 * huber(law.theta, logs, log_loss, ones)
    assert not law.interval("beta")[1] <= 0.2849 <= law.interval("beta")[2]


@needs_mirror
def test_five_points_move_the_law_and_the_row_names_them() -> None:
    data = _chinchilla()
    law = _fit(data, drop=False)
    assert law.interval("beta")[0] == pytest.approx(0.453, abs=0.003)
    assert law.interval("irreducible_loss")[0] == pytest.approx(1.891, abs=0.003)
    outliers = set(data.with_row_index().filter("outlier")["index"].cast(pl.String).to_list())
    assert outliers & set(law.weigh_most)


@needs_mirror
def test_every_study_of_isoflops_has_a_law_both_ways() -> None:
    path = next(
        Path(str(MIRROR)).glob("Open-Athena/scaling-law-analysis/*/data/isoflops/transform/isoflops.csv")
    )
    frame = pl.read_csv(path, infer_schema_length=None).with_row_index("run_id")
    frame = frame.with_columns(pl.col("run_id").cast(pl.String))
    table, _ = fit_loss_laws(
        frame,
        ["source", "experiment"],
        forms=["L(N,D)"],
        replicates=40,
        influence=False,
        rng=np.random.default_rng(0),
    )
    assert table["experiment"].n_unique() == frame["experiment"].n_unique()
    assert (table["rmse"] < 0.06).all()
    flagged = frame.group_by("experiment").agg(pl.col("outlier").sum()).filter(pl.col("outlier") > 0)
    both = table.filter(pl.col("points") == "without_outliers")
    assert set(flagged["experiment"]) <= set(both["experiment"])
