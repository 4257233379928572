"""A fit's figure in a notebook, as the site draws it; the plotting library is imported when one is drawn."""

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import polars as pl

from emergence.errors import EmergenceError
from emergence.evidence.drawn_curves import draw_series
from emergence.numerics.words import above_floor, spoken
from emergence.threshold.palette import LINES, NEUTRAL, THRESHOLD, group_colours

if TYPE_CHECKING:
    from emergence.threshold.result import ThresholdFit

WIDTH, HEIGHT = 560, 330
ETA_Y = 36
"""Pixels from the top at which η stands."""
LETTERS = 90
"""A line of the title."""
GRID = 200
WITHOUT_ALTAIR = (
    'fit.plot() needs the package altair: pip install ".[plot]" in the project\'s folder, then call again'
)
Row = dict[str, Any]


def draw_fit(fit: "ThresholdFit") -> Any:
    """Draw scores against loss by run, with floor, chance, departure, eta and curves, and a tooltip a point.

    Raises EmergenceError where the plotting library is missing.
    """
    try:
        import altair
    except ImportError as error:
        raise EmergenceError(WITHOUT_ALTAIR) from error
    drawn = _Drawing(altair, fit)
    layers = [
        *drawn.departure(),
        drawn.points(),
        drawn.levels(),
        drawn.curves(),
        *drawn.eta(),
        *drawn.labels(),
    ]
    said = wrap(f"{spoken(fit.verdict)}: {fit.reason}", LETTERS)
    title = altair.Title(said, anchor="start", fontSize=12)
    layers = altair.layer(*layers).resolve_scale(color="independent")
    return layers.properties(width=WIDTH, height=HEIGHT, title=title)


class _Drawing:
    """The layers of one fit's figure, on one pair of axes."""

    def __init__(self, altair: Any, fit: "ThresholdFit") -> None:
        self.altair = altair
        self.fit = fit
        self.lines = _curves(fit)
        self.score = altair.Y("score:Q", scale=altair.Scale(zero=False, nice=False, padding=9), title="score")

    def _loss(self, name: str = "loss") -> Any:
        scale = self.altair.Scale(zero=False, reverse=True, nice=False, padding=9)
        return self.altair.X(f"{name}:Q", scale=scale, title="loss (lower is better)")

    def _chart(self, rows: list[Row]) -> Any:
        return self.altair.Chart(pl.DataFrame(rows, infer_schema_length=None))

    def points(self) -> Any:
        """One dot a checkpoint, in the colour of its run."""
        alt, series = self.altair, self.fit.series
        rows = [] if series is None else _points(series)
        runs = sorted({row["run"] for row in rows})
        scale = alt.Scale(domain=runs, range=group_colours(len(runs)))
        legend = alt.Legend(orient="top", columns=4, symbolLimit=40) if len(runs) > 1 else None
        return self._chart(rows).mark_circle(size=30, opacity=0.75).encode(
            x=self._loss(), y=self.score, color=alt.Color("run:N", scale=scale, legend=legend, title="run"),
            tooltip=["run:N", alt.Tooltip("loss:Q", format=".4f"), alt.Tooltip("score:Q", format=".4f")],
        )  # fmt: skip

    def levels(self) -> Any:
        """Floor and chance, from side to side."""
        return self._chart(self._levels()).mark_rule(strokeWidth=1.2).encode(y=self.score, **self._by_line())

    def curves(self) -> Any:
        """The threshold's curve where one is located, else the monotone fit; and the best smooth rival."""
        drawn = self._chart(self.lines).mark_line(strokeWidth=2.4)
        return drawn.encode(x=self._loss(), y=self.score, order="place:Q", **self._by_line())

    def departure(self) -> list[Any]:
        """The loss at which the score stands 2 points above its floor, with its interval as a band."""
        rows = self._number("loss_at_2_points")
        band = self._chart(rows).mark_rect(color=THRESHOLD, opacity=0.14)
        rule = self._chart(rows).mark_rule(color=THRESHOLD, strokeWidth=1.2)
        return (
            [band.encode(x=self._loss("low"), x2="high:Q"), rule.encode(x=self._loss("at"))] if rows else []
        )

    def eta(self) -> list[Any]:
        """Where eta is located: thick its interval, thin its range over all forms of curve."""
        alt, rows = self.altair, self._number("eta")
        ends = {"form_low": self.fit.eta_by_form_min, "form_high": self.fit.eta_by_form_max}
        base = self._chart([{**row, **ends} for row in rows]).encode(y=alt.value(ETA_Y))
        bars = [(("low", "high"), 4.5), (("form_low", "form_high"), 1.2)]
        lines = [
            base.mark_rule(color=THRESHOLD, strokeWidth=wide).encode(x=self._loss(low), x2=f"{high}:Q")
            for (low, high), wide in bars
        ]
        dot = base.mark_point(filled=True, fill=THRESHOLD, size=70, opacity=1).encode(x=self._loss("at"))
        return [*lines, dot] if rows else []

    def labels(self) -> list[Any]:
        """Name on the figure what is drawn: departure, eta, floor and chance."""
        alt, made = self.altair, []
        for name, said, y in (
            ("loss_at_2_points", f"{above_floor(self.fit.step_in_points)}:", 10),
            ("eta", "η", ETA_Y - 12),
        ):
            rows = [{**row, "text": f"{said} {_with_interval(row)}"} for row in self._number(name)]
            if rows:
                mark = self._chart(rows).mark_text(
                    color=THRESHOLD, fontWeight=600, **self._side(rows[0]["at"])
                )
                made.append(mark.encode(x=self._loss("at"), y=alt.value(y), text="text:N"))
        for row, up in zip(self._levels(), (-3, 4), strict=False):
            said = f"{row['line']} {row['score']:.3f}"
            mark = self._chart([{**row, "text": said}]).mark_text(
                color=NEUTRAL, align="right", baseline="bottom" if up < 0 else "top", dy=up
            )
            made.append(mark.encode(x=alt.value(WIDTH), y=self.score, text="text:N"))
        return made

    def _levels(self) -> list[Row]:
        levels = {"floor": self.fit.floor, "chance": self.fit.chance}
        known = [{"line": line, "score": score} for line, score in levels.items() if score is not None]
        return sorted(known, key=lambda row: -float(str(row["score"])))

    def _number(self, name: str) -> list[Row]:
        at = getattr(self.fit, name)
        ends = {end: getattr(self.fit, f"{name}_{end}") for end in ("low", "high")}
        return [] if at is None else [{"at": at, **ends}]

    def _side(self, at: float) -> Row:
        """Return on which side of a loss its name stands: where there is more room."""
        low, high = self.fit.loss_min or at, self.fit.loss_max or at
        return {"align": "left", "dx": 4} if at > (low + high) / 2 else {"align": "right", "dx": -4}

    def _by_line(self) -> Row:
        alt, names = self.altair, list(LINES)
        colours, dashes = ([look[k] for look in LINES.values()] for k in (0, 1))
        seen = {row["line"] for row in (*self.lines, *self._levels())}
        legend = alt.Legend(orient="top", title=None, values=[name for name in names if name in seen])
        return {
            "stroke": alt.Stroke("line:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
            "strokeDash": alt.StrokeDash(
                "line:N", scale=alt.Scale(domain=names, range=dashes), legend=legend
            ),
        }


def _points(series: Any) -> list[Row]:
    sign = -1.0 if series.turned else 1.0
    values = zip(series.run.tolist(), series.loss.tolist(), series.score.tolist(), strict=True)
    return [{"run": series.names[run], "loss": loss, "score": sign * score} for run, loss, score in values]


def _curves(fit: "ThresholdFit") -> list[Row]:
    if fit.series is None or fit.smooth_form is None:
        return []
    drawn = draw_series(
        fit.series, form=fit.form, eta=fit.eta, floor=fit.floor, power=fit.power,
        smooth_form=fit.smooth_form, grid=GRID,
    )  # fmt: skip
    is_located = drawn.threshold is not None
    lines = {
        "threshold curve": drawn.threshold,
        "monotone fit": None if is_located else drawn.monotone,
        "smooth rival": drawn.smooth,
    }
    return [
        {"line": line, "place": place, "loss": float(loss), "score": float(score)}
        for line, scores in lines.items()
        if scores is not None
        for place, (loss, score) in enumerate(zip(drawn.loss, scores, strict=True))
    ]


def _with_interval(row: Row) -> str:
    known = row["low"] is not None and row["high"] is not None
    return f"{row['at']:.2f}" + (f" [{row['low']:.2f}, {row['high']:.2f}]" if known else "")
