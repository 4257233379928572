"""Two sides that differ in nothing but noise are told apart as seldom as said; a planted difference is seen."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from emergence.errors import InputError
from pipelines.reader.two_runs import _basis, compare_two, differences, side

N_TASKS, SD = 40, 0.01


def scores(rng: np.random.Generator, n_seeds: int, shift: float, *, sd_seeds: float) -> pl.DataFrame:
    """Each task at three checkpoints; the seeds differ by more than their questions explain."""
    rows = [
        (f"r{seed}", step, step * 1000, f"t{i}", "rc", "acc", 0, 0.5 + shift + rng.normal(0, sd), SD, True)
        for seed in range(n_seeds)
        for i in range(N_TASKS)
        for step in (1, 2, 3)
        for sd in [float(np.hypot(SD, sd_seeds))]
    ]
    columns = ["run_id", "step", "tokens", "task", "format", "metric", "n_shot", "score", "stderr"]
    return pl.DataFrame(rows, schema=[*columns, "higher_is_better"], orient="row")


def found(rng: np.random.Generator, n_seeds: int, shift: float, sd_seeds: float) -> pl.DataFrame:
    mine = scores(rng, n_seeds, shift, sd_seeds=sd_seeds)
    return differences(side(mine), side(scores(rng, n_seeds, 0.0, sd_seeds=sd_seeds)))


def test_equal_sides_are_seldom_called_unequal() -> None:
    rng = np.random.default_rng(5)
    for n_seeds, sd_seeds in ((1, 0.0), (3, 0.03)):
        tables = [found(rng, n_seeds, 0.0, sd_seeds) for _ in range(40)]
        wrong = sum(table["is_sure"].any() for table in tables)
        assert wrong <= 5, (n_seeds, wrong)


def test_a_planted_difference_is_seen_at_the_newest_tokens() -> None:
    table = found(np.random.default_rng(6), 3, 0.1, 0.0)
    assert table.height == N_TASKS
    assert table["tokens"].unique().to_list() == [3000]
    assert table.filter("is_sure", "is_better").height >= N_TASKS - 1


def test_a_score_that_is_better_lower_is_better_when_it_is_lower() -> None:
    rng = np.random.default_rng(7)
    parts = [scores(rng, 1, shift, sd_seeds=0.0).with_columns(higher_is_better=False) for shift in (0.2, 0.0)]
    table = differences(side(parts[0]), side(parts[1]))
    assert table["is_sure"].all()
    assert not table["is_better"].any()


def test_a_setting_without_shots_meets_its_own() -> None:
    rng = np.random.default_rng(8)
    parts = [scores(rng, 1, 0.0, sd_seeds=0.0).with_columns(n_shot=pl.lit(None, pl.Int64)) for _ in range(2)]
    assert differences(side(parts[0]), side(parts[1])).height == N_TASKS


def test_one_run_is_taken_to_scatter_as_the_seeds_of_the_other_side_do() -> None:
    rng = np.random.default_rng(9)
    wrong = 0
    for n_mine, n_others in ((3, 1), (1, 3), (2, 1)) * 13:
        mine = side(scores(rng, n_mine, 0.0, sd_seeds=0.05))
        wrong += differences(mine, side(scores(rng, n_others, 0.0, sd_seeds=0.05)))["is_sure"].any()
    assert wrong <= 5, wrong


def test_a_basis_says_whose_seeds_the_noise_is_of() -> None:
    rng = np.random.default_rng(10)
    many, lone = ["a/s0", "a/s1", "a/s2"], ["b/r"]
    sides = {3: side(scores(rng, 3, 0.0, sd_seeds=0.02)), 1: side(scores(rng, 1, 0.0, sd_seeds=0.0))}
    for n_mine, n_others, said in (
        (1, 1, "of the questions alone"),
        (3, 1, "of the seeds, which b/r, one run, is taken to scatter by"),
        (1, 3, "of the seeds, which b/r, one run, is taken to scatter by"),
        (3, 3, "of the questions and of the seeds; accuracies"),
    ):
        names = [many if n == 3 else lone for n in (n_mine, n_others)]
        basis = _basis(differences(sides[n_mine], sides[n_others]), names)
        assert said in basis, basis
        assert ("one run a side" in basis) == (n_mine == n_others == 1)


def test_a_run_is_not_held_against_itself(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the same run on both sides"):
        compare_two(tmp_path, "own/a", "own/a")
