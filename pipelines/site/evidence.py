"""What a verdict asks of the data, condition by condition, and whether each was passed.

The cut-offs are those of ``emergence.evidence.cut_offs``; a condition whose numbers are missing was not
asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emergence.evidence import cut_offs
from emergence.numerics.arrays import SIGNIFICANCE

Row = Mapping[str, Any]
PASSED, FAILED, UNASKED = "+", "-", "?"


@dataclass(frozen=True)
class Condition:
    """One condition in words, the columns whose values a reader sees beside it, its test,
    and the columns without which it was not asked: those shown, unless others are named."""

    label: str
    shown: tuple[str, ...]
    holds: Callable[[Row], bool]
    needs: tuple[str, ...] = ()

    def mark(self, fit: Row) -> str:
        """Say whether a fit passed, failed, or lacks what is asked about."""
        if any(fit.get(name) is None for name in self.needs or self.shown):
            return UNASKED
        return PASSED if self.holds(fit) else FAILED


def _is_narrow(fit: Row) -> bool:
    at, span = fit["loss_at_2_points"], fit["loss_max"] - fit["loss_min"]
    return bool(fit["width_high"] <= cut_offs.sharp_width(at, span))


CONDITIONS = (
    Condition(
        f"at least {cut_offs.MIN_CHECKPOINTS_SIDE} checkpoints on either side of the departure",
        ("n_above", "n_below"),
        lambda fit: min(fit["n_above"], fit["n_below"]) >= cut_offs.MIN_CHECKPOINTS_SIDE,
    ),
    Condition(
        f"more than one training: {cut_offs.MIN_RUNS_SIDE} runs or more",
        ("n_runs",),
        lambda fit: fit["n_runs"] >= cut_offs.MIN_RUNS_SIDE,
    ),
    Condition(
        f"every score being level is ruled out (p under {SIGNIFICANCE:g})",
        ("p_threshold",),
        lambda fit: fit["p_threshold"] < SIGNIFICANCE,
    ),
    Condition(
        f"loss orders the scores (R² of a monotone curve from {cut_offs.LEAST_EXPLAINED:g})",
        ("r2_isotonic",),
        lambda fit: fit["r2_isotonic"] >= cut_offs.LEAST_EXPLAINED,
    ),
    Condition(
        "the score stands 2 points above its floor within the losses seen",
        ("loss_at_2_points",),
        lambda fit: fit["loss_min"] <= fit["loss_at_2_points"] <= fit["loss_max"],
        ("loss_at_2_points", "loss_min", "loss_max"),
    ),
    Condition(
        "every run judged by itself agrees",
        ("runs_agreeing", "n_runs"),
        lambda fit: fit["runs_agreeing"] >= fit["n_runs"],
    ),
    Condition(
        f"the rise is narrow: at most {100 * cut_offs.SHARP_OF_LOSS:g} % of the loss "
        f"and {100 * cut_offs.SHARP_OF_RANGE:g} % of the losses seen",
        ("width_high", "loss_at_2_points"),
        _is_narrow,
        ("width_high", "loss_at_2_points", "loss_min", "loss_max"),
    ),
    Condition(
        f"a threshold curve fits (p from {SIGNIFICANCE:g})",
        ("p_fit",),
        lambda fit: fit["p_fit"] >= SIGNIFICANCE,
    ),
    Condition(
        "one loss is the threshold: η is located", ("eta",), lambda fit: fit["eta"] is not None, ("status",)
    ),
    Condition("publishers agree about chance", ("chance_disputed",), lambda fit: not fit["chance_disputed"]),
    Condition(
        "the loss is taken on another text than the task's own",
        ("circular",),
        lambda fit: not fit["circular"],
    ),
)


def marks(fit: Row) -> str:
    """Return one mark a condition, in their order."""
    return "".join(condition.mark(fit) for condition in CONDITIONS)


def legend() -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of each condition and the columns shown beside them, for the pages."""
    return [(condition.label, condition.shown) for condition in CONDITIONS]
