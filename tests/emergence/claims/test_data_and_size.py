"""What data and size make of scores at equal loss: many corpora are no effect of data, a planted one is."""

import numpy as np
import polars as pl
import pytest
from scipy.special import stdtrit
from scipy.stats import t

from emergence.claims.at_equal_loss import same_loss_any_data, wider_for_all
from emergence.claims.data_and_size import data_moves_more_than_size
from emergence.claims.rows import ClaimTables
from emergence.claims.rules import CONTRADICTED, NOT_TESTABLE, SUPPORTED, UNDETERMINED
from emergence.given_loss.sufficiency import fit_sufficiency

KEYS = ["source", "corpus", "task", "format", "metric"]
SIZES = np.geomspace(1e8, 1e9, 4)


def planted(corpus: float, size: float, *, corpora: int = 25, tasks: int = 15, seed: int = 0) -> pl.DataFrame:
    """Three checkpoints of runs of four sizes on each training corpus, whose SDs of score at equal loss are `corpus` and `size`."""
    rng = np.random.default_rng(seed)
    kind, step = (a.ravel() for a in np.meshgrid(np.arange(corpora), np.arange(4)))
    last = 3.2 - 0.3 * np.log10(SIZES[step] / 1e8) + rng.normal(0, 0.1, corpora)[kind]
    loss = last[:, None] + [0.3, 0.15, 0.0]
    run, kinds, sizes = (np.repeat(v, 3) for v in (np.arange(kind.size), kind, SIZES[step]))
    # What one run is off by, it is off by on all tasks alike for the most part.
    luck = 0.008 * rng.standard_normal(kind.size)
    frames = []
    for k in range(tasks):
        even = rng.permutation(np.linspace(-1, 1, corpora)) / np.linspace(-1, 1, corpora).std()
        off = corpus * even[kind] + size * (step - 1.5) / np.arange(4).std() + luck
        off += 0.006 * rng.standard_normal(kind.size)
        score = 0.3 + 0.5 * np.exp(-1.5 * (loss - 2.5)) + off[:, None]
        frames.append(
            pl.DataFrame(
                {
                    "source": "planted",
                    "corpus": "c",
                    "unit": "nats_per_token",
                    "task": f"t{k}",
                    "format": "rc",
                    "metric": "acc",
                    "run_id": [f"r{i}" for i in run],
                    "params": sizes,
                    "training_corpus": [f"c{i}" for i in kinds],
                    "loss": loss.ravel(),
                    "score": score.ravel(),
                }
            )
        )
    return pl.concat(frames)


def judged(frame: pl.DataFrame) -> tuple[str, float | None]:
    table = fit_sufficiency(frame, KEYS, permutations=0, rng=np.random.default_rng(0))
    (finding,) = data_moves_more_than_size(ClaimTables(sufficiency=table))
    return finding.verdict, finding.value


@pytest.mark.parametrize("seed", range(5))
def test_many_corpora_without_an_effect_do_not_beat_size(seed: int) -> None:
    verdict, value = judged(planted(0.0, 0.0, seed=seed))
    assert verdict == UNDETERMINED
    assert value == pytest.approx(0.0, abs=0.4)


def test_a_planted_effect_of_data_or_of_size_is_judged_as_planted() -> None:
    verdict, value = judged(planted(0.03, 0.01))
    assert verdict == SUPPORTED
    assert value == pytest.approx(2.0, abs=0.4)
    verdict, value = judged(planted(0.0, 0.03))
    assert verdict == CONTRADICTED
    verdict, value = judged(planted(0.02, 0.02))
    assert verdict == UNDETERMINED


def test_corpora_of_one_run_each_leave_noise_unknown() -> None:
    once = planted(0.0, 0.0).filter(pl.col("params") == 1e8)
    assert judged(once)[0] == NOT_TESTABLE


@pytest.mark.parametrize("freedom", [3, 20])
def test_limits_for_all_corpora_at_once_are_students_own(freedom: int) -> None:
    wider = wider_for_all(np.array([25]), np.array([freedom]))[0]
    assert wider == pytest.approx(t.ppf(1 - 0.025 / 25, freedom) / t.ppf(0.975, freedom))
    # A normal's ratio is 1.58.
    assert wider == pytest.approx({3: 3.21, 20: 1.70}[freedom], abs=0.01)


def test_no_corpus_among_many_is_off_by_luck_where_runs_are_few() -> None:
    rng, corpora, tasks = np.random.default_rng(0), 10, 400
    rows = []
    for k in range(tasks):
        error = np.sqrt(0.5 + 1 / 18) * np.sqrt(rng.chisquare(10) / 10)
        bias = rng.standard_normal(corpora) * np.sqrt(0.5 + 1 / 18)
        half = stdtrit(10, 0.975) * error
        groups = [
            {
                "factor": "training_corpus",
                "group": f"c{g}",
                "bias": b,
                "low": b - half,
                "high": b + half,
                "runs": 2,
            }
            for g, b in enumerate(bias)
        ]
        rows.append({"task": f"t{k}", "biases": groups, "margin": 0.0})
    base = {
        "source": "s",
        "corpus": "c",
        "unit": "u",
        "format": "rc",
        "metric": "acc",
        "score_unit": "points",
    }
    table = pl.DataFrame(rows).with_columns(**{name: pl.lit(value) for name, value in base.items()})
    (finding,) = same_loss_any_data(ClaimTables(sufficiency=table))
    assert finding.value is not None
    assert finding.value <= 0.06
