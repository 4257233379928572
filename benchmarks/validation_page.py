"""Puts what was simulated on one page: targets, bias and coverage, false claims, verdicts, designs."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from planted import PLANTED, TRUTHS
from targets import TARGETS

from emergence.points.simulate import Truth
from emergence.threshold.verdict import VERDICTS

Fit = dict[str, Any]
AT = 2.2
"""The loss at which the score's interval is checked."""

ABOUT = """Losses run from 2 to 3,
η is 2.5 and the floor 0.25 unless the design says else. Shares are of the n series simulated: at
n = 2,000 one of 95 % has a standard error of 0.5 points, one of 50 % of 1.1. Bias and width of the
interval are medians, in units of loss. The slope is the mean one below η, a jump left out: where a jump
is taken for a root, whose slope holds the jump, the planted slope is not what the interval is about."""
ABOUT_NULLS = """For a flat truth the share of p < 0.05 is the size of the test, nominally 5 %.
In the others the score does depend on loss and the test ought to reject: what counts there are the
false claims of the last columns. The logistic's 10–90 % width is 0.549."""
ABOUT_TARGETS = (
    "The range is over the truths named; whether it is met is said of the measured shares as they are."
)
ABOUT_MISSED = """Why some are missed: with the form selected, replicates differ by form too, which widens the
interval, so that it covers a little too often; with the form known and few checkpoints a run, percentile
limits by runs cover a little too seldom. Both are about one standard error of the simulation from the limit.
No target, but to know: the width of a slow logistic is understated, since the tail takes up a part of its
rise, and its upper limit holds it too seldom (under "No threshold planted"). The width tells narrow from
wide, which is what the verdict needs, and not how wide. Within one run of strong memory the test rejects a
flat score too often, but the verdict, which asks for a floor stretch too, does not. An η with few
checkpoints above it is covered too seldom; such series are called `smooth` or `ambiguous`."""
ABOUT_EXACT = """Least weighted sum of squares found, against 200 etas in the gaps between losses, the best
refined, each solved by a general least-squares routine: series of 12 to 40 points, every third with
ties, weights from 0.5 to 2, floor free or fixed. Differences are shares of the total sum of squares."""


def covers(rows: list[Fit], low: str, high: str, true: float) -> float:
    """Give the share of intervals that hold what was planted; a series without one counts against."""
    return (
        float(np.mean([r[low] is not None and r[low] <= true <= r[high] for r in rows])) if rows else np.nan
    )


def rejected(rows: list[Fit]) -> float:
    """Give the share of series in which a flat score is rejected at 5 %."""
    return float(np.mean([r["p_threshold"] is not None and r["p_threshold"] < 0.05 for r in rows]))


def share(rows: list[Fit], start: str) -> float:
    """Give the share of series whose verdict starts so."""
    return float(np.mean([r["verdict"].startswith(start) for r in rows]))


def true_slope(t: Truth) -> float:
    """Give the planted mean slope below eta, the jump left out."""
    return (t.rise - t.jump) / (t.eta - t.loss_min)


MEASURES: dict[str, Callable[[str, list[Fit]], float]] = {
    "selected": lambda name, rows: covers(rows, "eta_low", "eta_high", TRUTHS[name].eta),
    "known": lambda name, rows: covers(rows, "known_low", "known_high", TRUTHS[name].eta),
    "rejected": lambda name, rows: rejected(rows),
    "emergent": lambda name, rows: share(rows, "emergent"),
    "sharp": lambda name, rows: share(rows, "emergent_sharp"),
}


def percent(value: float) -> str:
    """Write a share."""
    return "—" if np.isnan(value) else f"{value:.1%}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Put cells into a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def target_rows(results: dict[str, list[Fit]]) -> list[list[str]]:
    """Give every target whose truths were all simulated, what was measured, and whether it is met."""
    out = []
    for target in TARGETS:
        if not set(target.truths) <= set(results):
            continue
        got = [MEASURES[target.measure](name, results[name]) for name in target.truths]
        met = target.low <= min(got) and max(got) <= target.high
        asked = (
            f"{target.low:.3g}–{target.high:.3g}"
            if target.low > 0 and target.high < 1
            else (f"≤ {target.high:.3g}" if target.high < 1 else f"≥ {target.low:.3g}")
        )
        worst = [n for n, g in zip(target.truths, got, strict=True) if not target.low <= g <= target.high]
        found = percent(min(got)) if len(got) == 1 else f"{percent(min(got))} to {percent(max(got))}"
        out.append(
            [target.what, ", ".join(target.truths), asked, found, "yes" if met else f"no: {', '.join(worst)}"]
        )
    return out


def threshold_row(name: str, rows: list[Fit]) -> list[str]:
    """Give bias, coverage, power and verdicts of one planted threshold."""
    truth = TRUTHS[name]
    fitted = [r for r in rows if r["eta"] is not None]
    free = [r for r in fitted if r["floor_low"] is not None]
    slope = true_slope(truth)
    return [
        name,
        str(len(rows)),
        f"{np.median([r['eta'] - truth.eta for r in fitted]):+.3f}",
        f"{np.median([r['eta_high'] - r['eta_low'] for r in fitted]):.3f}",
        percent(MEASURES["selected"](name, rows)),
        percent(MEASURES["known"](name, rows)),
        percent(covers(free, "floor_low", "floor_high", truth.floor)),
        percent(covers(fitted, "slope_low", "slope_high", slope)),
        percent(covers(fitted, "at_low", "at_high", 0.0)),
        percent(rejected(rows)),
        percent(share(rows, "emergent")),
        percent(share(rows, "emergent_sharp")),
    ]


def null_row(name: str, rows: list[Fit]) -> list[str]:
    """Give size and false claims where no threshold was planted, and how often a logistic's width is held."""
    truth = TRUTHS[name]
    width = 2 * np.log(9) / 8 * (truth.loss_max - truth.loss_min)
    held = [
        (r["width_low"] <= width, r["width_high"] is None or width <= r["width_high"])
        for r in rows
        if r["eta"]
    ]
    shares = np.mean(held, axis=0) if truth.shape == "logistic" else (np.nan, np.nan)
    cells = (rejected(rows), share(rows, "emergent"), share(rows, "emergent_sharp"), *shares)
    return [name, str(len(rows)), *map(percent, cells)]


def confusion_row(name: str, rows: list[Fit]) -> list[str]:
    """Give how often each verdict was given, in percent."""
    count = Counter(r["verdict"] for r in rows)
    return [name, *(f"{100 * count[v] / len(rows):.1f}" if count[v] else "·" for v in VERDICTS)]


def design_row(name: str) -> list[str]:
    """Say what was planted."""
    t = TRUTHS[name]
    rise = f"{t.rise:g}" + (f", {t.jump:g} at once" if t.jump else "")
    return [
        name,
        t.shape,
        f"{t.runs} × {t.checkpoints}",
        "0" if t.shape == "flat" else rise,
        f"{t.eta:g}" if t.shape in PLANTED else "—",
        f"{t.noise_sd:g}",
        f"{t.run_sd:g}",
        f"{t.rho:g}",
        f"{t.least_reach:g} to 1" if t.least_reach < 1 else "1",
        str(t.n_items or "—"),
        f"{t.chance:g}",
    ]


def page(results: dict[str, list[Fit]], exact: dict[str, tuple[float, float]], written: str) -> str:
    """Put the tables on one page; `exact` holds by form the search's excess and lead over brute force."""
    planted = {k: v for k, v in results.items() if TRUTHS[k].shape in PLANTED}
    others = {k: v for k, v in results.items() if k not in planted}
    limits = ["width's lower limit holds", "upper limit holds"]
    claims = ["any `emergent…`", "`emergent_sharp`"]
    held = ["coverage of η, form selected", "form known", "floor", "slope", f"score at {AT}"]
    design = [
        "truth",
        "shape",
        "runs × checkpoints",
        "rise",
        "η",
        "noise SD",
        "run SD",
        "rho",
        "reach",
        "items",
        "chance",
    ]
    return "\n\n".join(
        [
            "# Validation by simulation",
            f"{written} {ABOUT}",
            "## Targets",
            ABOUT_TARGETS,
            table(["what", "truths", "wanted", "measured", "met"], target_rows(results)),
            ABOUT_MISSED,
            "## The optimum against brute force",
            ABOUT_EXACT,
            table(
                ["form", "worse than brute force by at most", "better by at most"],
                [[form, f"{worse:.0e}", f"{better:.0e}"] for form, (worse, better) in exact.items()],
            ),
            "## Planted thresholds",
            table(
                ["truth", "n", "bias of η", "width of interval", *held, "power (p < 0.05)", *claims],
                [threshold_row(name, rows) for name, rows in planted.items()],
            ),
            "## No threshold planted",
            ABOUT_NULLS,
            table(
                ["truth", "n", "p < 0.05", *claims, *limits],
                [null_row(name, rows) for name, rows in others.items()],
            ),
            "## Verdicts, in percent of the series",
            table(
                ["truth", *(f"`{v}`" for v in VERDICTS)],
                [confusion_row(name, rows) for name, rows in results.items()],
            ),
            "## Designs",
            table(design, [design_row(name) for name in results]),
        ]
    )
