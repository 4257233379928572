"""Pictures of fits as plain SVG, without a script: what stands on a page before, or without, JavaScript.

Names of the data stand in them as escaped text alone; shapes are numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from emergence.threshold.palette import NEUTRAL, RIVAL, THRESHOLD
from pipelines.figures.labels import is_departure
from pipelines.words import verdict_name

WIDTH, HEIGHT, PAD = 300, 150, 6
MOST_POINTS = 50
LINES = {
    "threshold curve": (THRESHOLD, ""),
    "monotone fit": (THRESHOLD, "2 2"),
    "smooth rival": (RIVAL, "6 3"),
}
Row = Mapping[str, Any]


def fit_picture(
    fit: Row, points: Row | None, curves: Iterable[Row], title: str, *, height: int = HEIGHT
) -> Markup:
    """Draw score (up) against loss (falling to the right): points, curves, floor, chance, departure.

    ``points`` hold arrays loss and score; the range is that which the fit was made over.
    """
    loss, score = _seen(fit, points)
    lines = [row for row in curves if row["loss"] is not None and row["score"] is not None]
    place = _Place.around(fit, loss, score, lines, height)
    body = [
        _band(fit, place),
        *(_level(fit, name, dash, place) for name, dash in (("floor", ""), ("chance", "2 3"))),
    ]
    body += [
        _dots(place, loss, score),
        *(_line(name, lines, place) for name in LINES),
        _departure(fit, place),
    ]
    said = f"{title}: {verdict_name(fit['verdict'])}"
    return Markup(
        f'<svg class="picture" role="img" viewBox="0 0 {WIDTH} {height}" aria-label="{escape(said)}">'
        f"{''.join(body)}</svg>"
    )


def _seen(fit: Row, points: Row | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return an even few of the points within the losses that were fitted."""
    if points is None:
        return np.empty(0), np.empty(0)
    loss, score = np.asarray(points["loss"], float), np.asarray(points["score"], float)
    known = np.isfinite(loss) & np.isfinite(score)
    if fit["loss_min"] is not None and fit["loss_max"] is not None:
        known &= (loss >= fit["loss_min"]) & (loss <= fit["loss_max"])
    order = np.flatnonzero(known)[np.argsort(loss[known], kind="stable")]
    some = (
        order[np.unique(np.linspace(0, order.size - 1, min(order.size, MOST_POINTS)).astype(int))]
        if order.size
        else order
    )
    return loss[some], score[some]


class _Place:
    """Where losses and scores lie on the picture."""

    def __init__(self, losses: Sequence[float], scores: Sequence[float], height: int) -> None:
        self.height = height
        self.left, self.wide = (
            max(losses, default=1.0),
            (max(losses, default=1.0) - min(losses, default=0.0)) or 1.0,
        )
        self.foot, self.tall = (
            min(scores, default=0.0),
            (max(scores, default=1.0) - min(scores, default=0.0)) or 1.0,
        )

    @classmethod
    def around(
        cls, fit: Row, loss: NDArray[Any], score: NDArray[Any], lines: list[Row], height: int
    ) -> "_Place":
        levels = [fit[name] for name in ("floor", "chance") if fit[name] is not None]
        ends = [fit[name] for name in ("loss_min", "loss_max") if fit[name] is not None]
        losses = [*loss.tolist(), *(ends if len(ends) == 2 else [])]
        return cls(losses, [*score.tolist(), *levels, *(row["score"] for row in lines)], height)

    def x(self, loss: float) -> float:
        return PAD + (WIDTH - 2 * PAD) * min(max((self.left - loss) / self.wide, 0.0), 1.0)

    def y(self, score: float) -> float:
        return self.height - PAD - (self.height - 2 * PAD) * (score - self.foot) / self.tall


def _band(fit: Row, place: _Place) -> str:
    low, high = fit["loss_at_2_points_low"], fit["loss_at_2_points_high"]
    if low is None or high is None or not is_departure(fit):
        return ""
    left, right, tall = place.x(high), place.x(low), place.height
    return (
        f'<rect x="{left:.1f}" y="0" width="{max(right - left, 0.8):.1f}" height="{tall}" fill="{THRESHOLD}" '
        'opacity=".14"/>'
    )


def _level(fit: Row, name: str, dash: str, place: _Place) -> str:
    if fit[name] is None:
        return ""
    at, dashed = place.y(fit[name]), f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M0 {at:.1f}H{WIDTH}" stroke="{NEUTRAL}"{dashed}/>'


def _dots(place: _Place, loss: NDArray[Any], score: NDArray[Any]) -> str:
    spots = [f"{place.x(x):.0f} {place.y(y):.0f}" for x, y in zip(loss.tolist(), score.tolist(), strict=True)]
    at = "".join(f"M{spot}h0" for spot in dict.fromkeys(spots))
    return (
        f'<path class="dots" d="{at}" fill="none" stroke-width="3.4" stroke-linecap="round"/>' if at else ""
    )


def _line(name: str, rows: list[Row], place: _Place) -> str:
    corners = list(
        dict.fromkeys(
            f"{place.x(row['loss']):.0f} {place.y(row['score']):.0f}" for row in rows if row["line"] == name
        )
    )
    if not corners:
        return ""
    colour, dash = LINES[name]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{" ".join(corners)}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>'


def _departure(fit: Row, place: _Place) -> str:
    if not is_departure(fit):
        return ""
    return f'<path d="M{place.x(fit["loss_at_2_points"]):.1f} 0V{place.height}" stroke="{THRESHOLD}"/>'
