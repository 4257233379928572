"""Charts of a fit; the plotting library is imported only when one is drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from emergence.errors import EmergenceError

if TYPE_CHECKING:
    from emergence.threshold.result import ThresholdFit


def draw_fit(fit: "ThresholdFit") -> Any:
    """Draw scores against loss with the fitted curve, its band, the floor and the threshold's interval.

    Raises EmergenceError where the plotting library is missing.
    """
    try:
        import altair as alt
    except ImportError as error:
        raise EmergenceError("fit.plot() needs the package altair; install it and call again") from error
    points = fit.points if fit.points is not None else np.empty((2, 0))
    losses = alt.X("loss:Q", scale=alt.Scale(zero=False, reverse=True), title="loss (lower is better)")
    frame = pl.DataFrame({"loss": points[0], "score": points[1]})
    scores = alt.Y("score:Q", scale=alt.Scale(zero=False))
    lows = alt.Y("low:Q", scale=alt.Scale(zero=False), title="score")
    dots = alt.Chart(frame).mark_circle(opacity=0.5, color="#4c78a8").encode(x=losses, y=scores)
    layers: list[Any] = [dots]
    if fit.curve is not None and fit.loss_min is not None and fit.loss_max is not None:
        read = fit.scores_at(np.linspace(fit.loss_min, fit.loss_max, 201))
        line = pl.DataFrame({"loss": read.loss, "score": read.score, "low": read.low, "high": read.high})
        base = alt.Chart(line).encode(x=losses)
        layers.insert(0, base.mark_area(opacity=0.2, color="#f58518").encode(y=lows, y2="high:Q"))
        layers.append(base.mark_line(color="#f58518").encode(y=scores))
    if fit.eta is not None and fit.eta_low is not None and fit.eta_high is not None:
        span = pl.DataFrame({"low": [fit.eta_low], "high": [fit.eta_high], "loss": [fit.eta]})
        band = alt.Chart(span).mark_rect(opacity=0.15, color="#54a24b").encode(x="low:Q", x2="high:Q")
        rule = alt.Chart(span).mark_rule(color="#54a24b").encode(x=losses)
        layers = [band, *layers, rule]
    return alt.layer(*layers).properties(width=420, height=280, title=str(fit))
