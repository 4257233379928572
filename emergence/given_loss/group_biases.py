"""What a group of models is off by at equal loss: its bias against the curve of the others, by runs."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from emergence.given_loss.covariates import HALVES_CONFIDENCE, middle_loss
from emergence.given_loss.sufficiency_kernel import group_bias, run_means
from emergence.numerics.arrays import CONFIDENCE, Floats, Ints
from emergence.numerics.monotone import held_out
from emergence.points.groups import TaskPoints

WORDS: Final = {"params": "size", "family": "family", "training_corpus": "training corpus"}


@dataclass(frozen=True)
class GroupBiases:
    """What each group of a factor is off by (G,), the standard error (G,), and its degrees of freedom; of all
    losses and of either half, above and below `between`.
    """

    parts: tuple[tuple[Floats, Floats, int], ...]
    between: float

    def largest(self, *, halves: bool = False) -> float:
        """What a group is off by at most, over all losses or over either half."""
        known = np.concatenate([part[0] for part in (self.parts[1:] if halves else self.parts[:1])])
        return float(np.nanmax(np.abs(known))) if np.isfinite(known).any() else np.nan

    def beyond(self, factor: str, wide: float) -> str | None:
        """What is said where a group is shown beyond the margin (Bonferroni, halves too), or None."""
        places = ("", f" above a loss of {self.between:.2f}", f" below a loss of {self.between:.2f}")
        for place, (bias, error, freedom) in zip(places, self.parts, strict=True):
            known = np.isfinite(bias) & np.isfinite(error)
            if freedom < 2 or not known.any():
                continue
            tests = known.sum() * (2 if place else 1)
            strict = stdtrit(freedom, 1 - (1 - CONFIDENCE) / 2 / tests)
            size = np.abs(bias[known])
            if (size - strict * error[known] > wide).any():
                shown = f"off by {size.max():.1f} points{place}, shown to be more than {wide:.1f}"
                return f"at equal loss one {WORDS[factor]} is {shown}"
        return None

    def within(self, wide: float) -> bool:
        """Whether every group is within the margin, over all losses and either half (one-sided tests)."""
        for sure, (bias, error, freedom) in zip(
            (CONFIDENCE, HALVES_CONFIDENCE, HALVES_CONFIDENCE), self.parts, strict=True
        ):
            known = np.isfinite(bias)
            if freedom < 2 or not (np.abs(bias) + stdtrit(freedom, sure) * error < wide)[known].all():
                return False
        return True


def group_biases(s: TaskPoints, factor: str, row: dict[str, Any], confidence: float) -> GroupBiases | None:
    """Bias of each of a factor's groups against the curve of the others, its interval over runs."""
    label, names = s.labels[factor]
    if len(names) < 2:
        return None
    guess, inside = held_out(s.x, s.y, s.w, label, len(names))
    off = s.y - guess
    square, count = run_means(off * off, inside, s.run, s.runs)
    row[f"rmse_{factor}"] = float(np.sqrt(square[count > 0].mean())) if inside.any() else None
    row[f"overlap_{factor}"] = float(inside.sum() / s.x.size)
    between = middle_loss(s.x[inside], s.w[inside]) if inside.any() else np.nan
    used = (inside, inside & (s.x >= between), inside & (s.x < between))
    parts = [_biases(s, off, part, label, len(names)) for part in used]
    (bias, error, freedom), runs = parts[0][:3], parts[0][3]
    half = stdtrit(max(freedom, 1), (1 + confidence) / 2) * error
    row["biases"] += [
        {
            "factor": factor,
            "group": name,
            "bias": number_or_none(bias[g]),
            "low": number_or_none(bias[g] - half[g]),
            "high": number_or_none(bias[g] + half[g]),
            "runs": int(runs[g]),
        }
        for g, name in enumerate(names)
    ]
    if np.isfinite(bias).any():
        worst = int(np.nanargmax(np.abs(bias)))
        low, high = bias[worst] - half[worst], bias[worst] + half[worst]
        row |= {f"bias_{factor}": float(bias[worst])}
        row |= {f"bias_{factor}_low": number_or_none(low), f"bias_{factor}_high": number_or_none(high)}
    return GroupBiases(tuple(part[:3] for part in parts), between)


def _biases(
    s: TaskPoints, off: Floats, used: NDArray[np.bool_], label: Ints, groups: int
) -> tuple[Floats, Floats, int, Ints]:
    """Bias (G,) by the used points, its standard error (G,), degrees of freedom, and runs behind it (G,)."""
    bias, runs, spread, freedom = group_bias(off, used, s.run, s.runs, label, groups)
    others = np.maximum(runs.sum() - runs, 1)
    return bias, spread * np.sqrt(1 / np.maximum(runs, 1) + 1 / others), freedom, runs


def number_or_none(value: float) -> float | None:
    """Give a number, or None for what is not finite."""
    return float(value) if np.isfinite(value) else None
