"""What cannot be used is named at the door, what cannot be fitted says why; neither warns."""

from typing import Any

import numpy as np
import polars as pl
import pytest

import emergence
from benchmarks.hinges import fit_hinges
from emergence.errors import InputError

N = 30
LOSS = np.linspace(2.0, 3.0, N)
SCORE = 0.25 + 0.4 * np.maximum(2.5 - LOSS, 0) + np.random.default_rng(0).normal(0, 0.01, N)
UNFIT = {"one_loss", "constant_score", "too_few_points"}

pytestmark = pytest.mark.filterwarnings("error")


def one(value: object, at: int = 3) -> list[object]:
    column: list[object] = [2.0] * N
    column[at] = value
    return column


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", one(np.nan)),
        ("loss", one(np.inf)),
        ("loss", one(None)),
        ("loss", one(0.0)),
        ("loss", one(-1.0)),
        ("loss", one(1e-200)),
        ("loss", one(1e200)),
        ("loss", one("x")),
        ("loss", []),
        ("loss", 2.0),
        ("loss", None),
        ("loss", np.ones((3, 10))),
        ("loss", np.ma.masked_array(LOSS, mask=np.arange(N) == 2)),
        ("score", one(np.nan)),
        ("score", one(-np.inf)),
        ("score", one(1e200)),
        ("score", one(1j)),
        ("score", [0.2, 0.3]),
        ("score", []),
        ("n_items", one(0)),
        ("n_items", one(-5)),
        ("n_items", -5),
        ("n_items", np.nan),
        ("n_items", [10, 20]),
        ("stderr", one(-0.1)),
        ("stderr", -0.1),
        ("stderr", one(np.inf)),
        ("stderr", [0.1, 0.2]),
        ("run", ["a", "b"]),
        ("run", np.ones((N, 1))),
        ("run", one(np.nan)),
        ("run", [None] * N),
        ("order", [1.0, 2.0]),
        ("order", one(np.nan)),
        ("chance", 1.5),
        ("chance", -0.1),
        ("chance", np.nan),
        ("chance", "a quarter"),
        ("chance", [0.25, 0.5]),
        ("confidence", 0.0),
        ("confidence", 1.0),
        ("confidence", 95),
        ("confidence", np.nan),
        ("replicates", 3),
        ("replicates", -1),
        ("replicates", 100.5),
        ("rng", -1),
        ("rng", "seed"),
        ("form", "parabola"),
    ],
)
def test_a_bad_argument_is_named(name: str, value: object) -> None:
    given = {"loss": LOSS, "score": SCORE, name: value}
    with pytest.raises(ValueError, match=f"^{name}:") as caught:
        emergence.fit_threshold(**given)
    assert isinstance(caught.value, InputError)


def test_scores_in_percent_beside_a_chance_are_refused() -> None:
    with pytest.raises(InputError, match="percent"):
        emergence.fit_threshold(LOSS, 100 * np.asarray(SCORE), chance=0.25)
    assert emergence.fit_threshold(LOSS, 100 * np.asarray(SCORE), replicates=50).status


@pytest.mark.parametrize(
    ("loss", "score", "status"),
    [
        ([2.0] * N, SCORE, "one_loss"),
        (2.0 + 1e-14 * np.arange(N), SCORE, "one_loss"),
        (LOSS, [0.3] * N, "constant_score"),
        (LOSS, SCORE * 1e-200, "constant_score"),
        ([2.0, 2.5, 3.0], [0.5, 0.3, 0.25], "too_few_points"),
        ([2.0], [0.5], "one_loss"),
        ([2.0, 2.1] * 20, np.linspace(0, 1, 40), "too_few_points"),
    ],
)
@pytest.mark.parametrize("runs", [1, 2, 5])
def test_what_cannot_be_fitted_says_why(loss: object, score: object, status: str, runs: int) -> None:
    fit = emergence.fit_threshold(loss, score, run=np.arange(len(loss)) % runs, rng=0)
    assert fit.status == status
    assert fit.verdict == ("no_change" if status == "constant_score" else "not_identified")
    assert fit.reason
    assert fit.eta is fit.eta_low is fit.p_threshold is None


@pytest.mark.parametrize(
    ("level", "known", "verdict"),
    [
        (0.25, {"chance": 0.25}, "at_floor"),
        (0.0, {"chance": 0.25}, "at_floor"),
        (0.9, {"chance": 0.25}, "no_change"),
        (0.0, {}, "at_floor"),
        (0.3, {}, "no_change"),
        (0.0, {"higher_is_better": False}, "no_change"),
    ],
)
def test_a_score_that_never_changes_is_held_against_chance(
    level: float, known: dict[str, Any], verdict: str
) -> None:
    fit = emergence.fit_threshold(LOSS, [level] * N, **known)
    assert (fit.status, fit.verdict) == ("constant_score", verdict)


def test_one_run_is_fitted_within_itself() -> None:
    fit = emergence.fit_threshold(LOSS, SCORE, run=["only"] * N, chance=0.25, replicates=100)
    assert fit.status == "ok"
    assert fit.inference == "within_run"
    assert fit.eta_low < 2.5 < fit.eta_high


@pytest.mark.parametrize("scale", [2.0**-20, 2.0**20])
def test_units_do_not_matter(scale: float) -> None:
    # a power of two rounds nothing otherwise, so that not even the draws that ties decide may differ
    plain, scaled = (emergence.fit_threshold(LOSS * by, SCORE, replicates=50) for by in (1.0, scale))
    assert scaled.eta / scale == plain.eta
    assert scaled.eta_low / scale == plain.eta_low
    runs = np.arange(N) % 3
    plain, scaled = (
        emergence.fit_threshold(LOSS * by, SCORE, run=runs, replicates=50) for by in (1.0, scale)
    )
    assert scaled.loss_at_2_points / scale == plain.loss_at_2_points
    assert scaled.p_threshold == plain.p_threshold


def frame(**columns: object) -> pl.DataFrame:
    given = {
        "task": ["t"] * N,
        "run_id": ["a"] * N,
        "tokens": np.arange(N, dtype=np.float64),
        "loss": LOSS,
        "score": SCORE,
        "chance": [0.25] * N,
    }
    return pl.DataFrame(given | columns, strict=False)


@pytest.mark.parametrize("column", ["loss", "score", "tokens", "chance"])
def test_onsets_name_the_column_that_is_not_finite(column: str) -> None:
    bad = frame(**{column: np.where(np.arange(N) == 3, np.inf, 0.5)})
    with pytest.raises(InputError, match=f"^{column}:"):
        emergence.find_onsets(bad, ["task"], n_items=None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss", np.where(np.arange(N) == 3, np.nan, LOSS)),
        ("loss", np.full(N, 2.0)),
        ("score", np.full(N, np.inf)),
        ("start", np.array([0, 10])),
        ("start", np.array([3, N])),
        ("start", np.array([0, 3, N])),
        ("floor", np.zeros(2)),
        ("run", np.zeros(N, dtype=np.int64)),
    ],
)
def test_many_hinges_name_what_they_cannot_use(name: str, value: np.ndarray) -> None:
    given = {
        "loss": LOSS,
        "score": SCORE,
        "run": np.arange(N) % 5,
        "start": np.array([0, N]),
        "floor": np.zeros(1),
    }
    given[name] = value
    if name == "start":
        given["floor"] = np.zeros(value.size - 1)
    with pytest.raises(InputError, match=f"^{name}:"):
        fit_hinges(**given, rng=np.random.default_rng(1))
