"""What the statistics have to reach on planted truths."""

from dataclasses import dataclass

from planted import TRUTHS


@dataclass(frozen=True, slots=True)
class Target:
    """A share, named by `measure`, that has to lie between low and high in every one of the truths."""

    what: str
    measure: str
    truths: tuple[str, ...]
    low: float
    high: float


MANY_RUNS = (
    "hinge, 15 × 12", "hinge, 15 × 40", "hinge, run effects", "hinge, 10 × 20", "hinge, 40 runs of 4",
    "hinge, 6 × 20", "hinge, 200 items",
)  # fmt: skip
ONE_RUN = ("hinge, one run", "hinge, one run, rho 0.5", "hinge, one run, rho 0.8")
JUMPS = tuple(name for name in TRUTHS if name.startswith("jump"))
FLAT_OR_LINE = tuple(name for name, t in TRUTHS.items() if t.shape in ("flat", "linear"))
SMOOTH = tuple(
    name for name, t in TRUTHS.items() if t.shape in ("flat", "linear", "logistic", "exponential", "gompertz")
)
MANY_FLAT = tuple(name for name, t in TRUTHS.items() if t.shape == "flat" and t.runs >= 10)

TARGETS = (
    Target("coverage of η, form selected, 6 runs or more", "selected", MANY_RUNS, 0.93, 0.97),
    Target("coverage of η, form known, 6 runs or more", "known", MANY_RUNS, 0.93, 0.97),
    Target("coverage of η, form selected, 3 runs", "selected", ("hinge, 3 × 20",), 0.92, 1.0),
    Target("coverage of η, form known, 3 runs", "known", ("hinge, 3 × 20",), 0.92, 1.0),
    Target("coverage of η within one run, form selected", "selected", ONE_RUN, 0.92, 0.98),
    Target("coverage of η within one run, form known", "known", ONE_RUN, 0.92, 0.98),
    Target("coverage of a jump's η, form selected", "selected", JUMPS, 0.93, 1.0),
    Target("coverage of a jump's η, form known", "known", JUMPS, 0.93, 1.0),
    Target("size of the existence test, 10 runs or more", "rejected", MANY_FLAT, 0.035, 0.065),
    Target("called `emergent_sharp` though smooth", "sharp", SMOOTH, 0.0, 0.05),
    Target(
        "8-point jumps called `emergent_sharp`", "sharp",
        ("jump, 15 × 12", "jump, one run", "jump, one run, rho 0.5"), 0.8, 1.0,
    ),
    Target("called `emergent…` though flat or linear", "emergent", FLAT_OR_LINE, 0.0, 0.05),
    Target("hinges called `emergent…`", "emergent", ("hinge, 15 × 40",), 0.8, 1.0),
)  # fmt: skip
