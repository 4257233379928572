"""Puts what was simulated on one page: ten lines first, then every cell."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from planted import DESIGNS, SHAPES, Design
from targets import STEPS, TARGETS, Results, departure_coverage, eta_coverage, floor_coverage

from emergence.threshold.verdict import VERDICTS

ABOUT = """Losses run from 3 to 2 and the floor is 0.25. A shape is seen by a design of runs × checkpoints
with noise of SD 0.02. The floor of a departure is the mean over the highest fifth of the losses, or above η
where η lies within it. Shares are of the fits that give the number; a share of 95 % of n fits has a standard
error of √(0.0475/n): 2.2 points at 100, 0.7 at 1,000."""
ABOUT_MISSED = """A cell is missed as measured, without regard to its standard error: with few simulations
several are missed by chance. Known weaknesses: a level within a plateau (two steps) is a level the score
takes twice; a hinge that starts in the highest fifth is told from a curve only where it bends enough; of a
score that leaves its floor very slowly (power 3.5) η is hardly ever given within one run, but where noise
looks like a hinge it is, and then too low; where noise is several times as large at the highest losses as at
the lowest, a line's floor and departure are put too early; five short runs beside a long one tell little of
how far runs lie apart, and the floor's interval is a little too short."""
STEP_HEADS = ("+2 given", "+2 held", "+5 given", "+5 held")
ABOUT_EXACT = """Least weighted sum of squares found, against 200 etas in the gaps between losses, the best
refined, each solved by a general least-squares routine. Differences are shares of the total sum of
squares."""


def percent(value: float) -> str:
    """Write a share."""
    return "—" if np.isnan(value) else f"{value:.1%}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Put cells into a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ten_lines(results: Results) -> str:
    """Say of each target how many of its cells are met, and the worst of those that are not."""
    lines = []
    for target in TARGETS:
        cells = target.cells(results)
        if not cells:
            continue
        missed = [cell for cell in cells if not cell.met]
        shares = [cell.share for cell in cells]
        span = f"{percent(min(shares))} to {percent(max(shares))}"
        held = f"{len(cells) - len(missed)} of {len(cells)} cells, {span}"
        worst = "" if not missed else f"; missed: {len(missed)}, listed below"
        lines.append(f"- {target.what} ({target.wanted}): {held}{worst}.")
    return "\n".join(lines)


def missed_rows(results: Results) -> list[list[str]]:
    """List every cell that is not met."""
    return [
        [target.what, target.wanted, cell.where, percent(cell.share), str(cell.n)]
        for target in TARGETS
        for cell in target.cells(results)
        if not cell.met
    ]


def number_rows(results: Results) -> list[list[str]]:
    """Give for every shape and design how often numbers are given and how often they hold."""
    rows = []
    for (shape, design), fits in results.items():
        eta = SHAPES[shape].eta
        share, n = (np.nan, 0) if eta is None else eta_coverage(fits, eta)
        given = sum(f["eta"] is not None for f in fits)
        floor = floor_coverage(fits, shape)[0]
        cells = [shape, design, percent(floor), percent(given / len(fits)), percent(share if n else np.nan)]
        for name in STEPS:
            held, known = departure_coverage(fits, shape, name)
            cells += [percent(known / len(fits)), percent(held)]
        changed = np.mean([f["p_threshold"] < 0.05 for f in fits])
        rows.append([*cells, percent(float(changed))])
    return rows


def confusion_rows(results: Results) -> list[list[str]]:
    """Give how often each verdict was given, in percent."""
    rows = []
    for (shape, design), fits in results.items():
        count = Counter(f["verdict"] for f in fits)
        shares = [f"{100 * count[v] / len(fits):.0f}" if count[v] else "·" for v in VERDICTS]
        rows.append([shape, design, *shares])
    return rows


def page(results: Results, exact: dict[str, tuple[float, float]], written: str) -> str:
    """Put the tables on one page; `exact` holds by form the search's excess and lead over brute force."""
    numbers = [
        "shape",
        "design",
        "floor held",
        "η given",
        "η held",
        "+2 given",
        "+2 held",
        "+5 given",
        "+5 held",
        "p < 0.05",
    ]
    designs = [
        [name, *map(str, (d.runs, _sizes(d), _noise(d), d.run_sd, d.apart, d.gap, d.rho, d.items or "—"))]
        for name, d in DESIGNS.items()
    ]
    return "\n\n".join(
        [
            "# Validation by simulation",
            written,
            ten_lines(results),
            "## What is missed",
            ABOUT_MISSED,
            table(["target", "wanted", "where", "measured", "n"], missed_rows(results)),
            "## The optimum against brute force",
            ABOUT_EXACT,
            table(
                ["form", "worse than brute force by at most", "better by at most"],
                [[form, f"{worse:.0e}", f"{better:.0e}"] for form, (worse, better) in exact.items()],
            ),
            "## Numbers",
            ABOUT,
            table(numbers, number_rows(results)),
            "## Verdicts, in percent of the series",
            table(["shape", "design", *(f"`{v}`" for v in VERDICTS)], confusion_rows(results)),
            "## Designs",
            table(
                [
                    "design",
                    "runs",
                    "checkpoints",
                    "noise SD",
                    "run SD",
                    "losses apart",
                    "gap",
                    "rho",
                    "items",
                ],
                designs,
            ),
        ]
    )


def _sizes(design: Design) -> str:
    """Return the checkpoints of a run, or of each where they are not alike."""
    return ", ".join(map(str, design.sizes)) or str(design.checkpoints)


def _noise(design: Design) -> str:
    """Return the SD of the noise, from the highest loss to the lowest where it falls."""
    return (
        f"{design.noise}" if design.noise_at_lowest is None else f"{design.noise} to {design.noise_at_lowest}"
    )
