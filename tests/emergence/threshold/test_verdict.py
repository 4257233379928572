"""Every rule of the verdict: what it asks for, and the failed condition that it names."""

from dataclasses import replace

import pytest

from emergence.evidence import cut_offs
from emergence.evidence.contrasts import Contrast
from emergence.threshold.verdict import Evidence, Verdict, judge

UP, NONE, DOWN = Contrast(0.3, 0.01, 20.0), Contrast(0.0, 0.005, 20.0), Contrast(-0.3, 0.01, 20.0)
AT_CHANCE = Contrast(0.25, 0.005, 20.0)
SHARP = Evidence(
    loss_min=2.0, loss_max=3.0, at=2.6, runs="2 runs", chance=0.25, in_points=True, n_above=40, n_below=50,
    single_runs_side=None, p_threshold=0.001, leaves=UP, lowest=Contrast(0.55, 0.01, 20.0), start=AT_CHANCE,
    early=NONE, n_early=30, late=UP, fall=UP, has_stretch=True, explained=0.9, width_low=0.01, width_high=0.05,
    margin=0.02, p_step=0.001, held_out=3.0, p_local=0.01,
)  # fmt: skip
SMOOTH = replace(SHARP, has_stretch=False, early=UP, width_low=0.3, width_high=0.6)
FLAT = replace(
    SHARP, p_threshold=0.6, leaves=Contrast(0.0, 0.01, 20.0), lowest=AT_CHANCE, fall=NONE, late=NONE
)


def test_a_narrow_rise_from_a_floor_is_sharp_and_says_on_what_it_rests() -> None:
    verdict, reason = judge(SHARP)
    assert verdict == Verdict.SHARP
    assert "over losses 2 to 3 of 2 runs" in reason
    assert "40 checkpoints" in reason
    assert "at most 0.05, under 0.091" in reason


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        ({"width_high": 0.2}, Verdict.LEAVES_FLOOR, "failed: a transition under 0.091 is not shown"),
        ({"width_high": None}, Verdict.LEAVES_FLOOR, "is not shown"),
        ({"p_step": 0.3}, Verdict.LEAVES_FLOOR, "failed: a rise without a step is not excluded (p = 0.3)"),
        ({"p_local": 0.2}, Verdict.LEAVES_FLOOR, "failed: near it alone no rise shows (p = 0.2)"),
        ({"held_out": -2.5}, Verdict.LEAVES_FLOOR, "a smooth curve predicts left-out runs better"),
        ({"single_runs_side": 9}, Verdict.LEAVES_FLOOR, "9 runs of one checkpoint on a side, 15 wanted"),
        ({"step_ends": 2.65}, Verdict.LEAVES_FLOOR, "its narrow step ends at 2.65, before it has left"),
        ({"n_below": 4}, Verdict.NOT_IDENTIFIED, "failed: 5 checkpoints wanted below it"),
        ({"width_low": 0.2, "width_high": 0.5}, Verdict.GRADUAL, "takes at least 0.2, over 0.091"),
        ({"width_low": 7.0, "width_high": None}, Verdict.GRADUAL, "takes at least the 1 seen, over 0.091"),
        ({"explained": 0.2}, Verdict.NOT_EXPLAINED, "loss orders 20% of its variance, under 25%"),
        ({"lowest": Contrast(0.24, 0.01, 20.0)}, Verdict.NOT_IDENTIFIED, "its floor is below chance"),
        ({"has_stretch": False}, Verdict.NOT_IDENTIFIED, "neither a level stretch above 2.6 nor a rise"),
        ({"has_stretch": False, "n_above": 3}, Verdict.NOT_IDENTIFIED, "3 checkpoints above 2.6, 5 wanted"),
        ({"leaves": NONE}, Verdict.NOT_IDENTIFIED, "failed: the lowest losses are not shown above the floor"),
    ],
)
def test_each_condition_of_sharp_is_named_where_it_fails(
    change: dict[str, object], verdict: Verdict, said: str
) -> None:
    found, reason = judge(replace(SHARP, **change))  # type: ignore[arg-type]
    assert found == verdict
    assert said in reason


def test_a_rise_from_the_highest_losses_on_is_smooth() -> None:
    assert judge(SMOOTH)[0] == Verdict.SMOOTH
    assert judge(replace(SMOOTH, early=NONE, held_out=-3.0))[0] == Verdict.SMOOTH
    assert judge(replace(SMOOTH, late=NONE))[0] == Verdict.NOT_IDENTIFIED
    assert judge(replace(SMOOTH, n_early=cut_offs.MIN_EARLY - 1))[0] == Verdict.NOT_IDENTIFIED


def test_above_chance_from_the_start_is_above_floor_only_where_chance_is_known() -> None:
    above = replace(SMOOTH, start=Contrast(0.4, 0.01, 20.0))
    verdict, reason = judge(above)
    assert verdict == Verdict.ABOVE_FLOOR
    assert "0.15 above chance at its highest losses" in reason
    assert judge(replace(above, chance=None))[0] == Verdict.SMOOTH


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        ({}, Verdict.AT_FLOOR, "would have been seen"),
        ({"leaves": Contrast(0.0, 0.05, 20.0)}, Verdict.NOT_IDENTIFIED, "failed: only a rise of 0.1"),
        (
            {"lowest": Contrast(0.4, 0.005, 20.0)},
            Verdict.NO_CHANGE,
            "above chance, changes with loss by less",
        ),
        ({"chance": None}, Verdict.NO_CHANGE, "changes with loss by less than 0.02"),
        (
            {"chance": None, "leaves": Contrast(0.02, 0.02, 20.0)},
            Verdict.NOT_IDENTIFIED,
            "less than 0.02 is not shown",
        ),
        ({"leaves": DOWN, "fall": DOWN}, Verdict.INVERSE, "0.3 lower at the lowest losses"),
    ],
)
def test_without_a_rise_floor_no_change_and_fall_are_told_apart(
    change: dict[str, object], verdict: Verdict, said: str
) -> None:
    found, reason = judge(replace(FLAT, **change))  # type: ignore[arg-type]
    assert found == verdict
    assert said in reason


def test_widths_are_cut_relative_to_the_loss_so_that_nats_and_bits_agree() -> None:
    nats, bits = 2.8, 0.9
    assert cut_offs.sharp_width(nats, 5.0) / nats == pytest.approx(cut_offs.sharp_width(bits, 5.0) / bits)
    assert cut_offs.sharp_width(nats, 0.1) == pytest.approx(0.02)
