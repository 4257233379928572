"""The truths that `make validate` plants: what is drawn, and how it is observed."""

from dataclasses import replace
from typing import Any

from emergence.points.simulate import Truth

PLANTED = ("hinge", "root", "square", "jump")
"""Shapes that have an eta."""

HINGE = Truth("hinge")
JUMP = Truth("jump", jump=0.08)
ONE: dict[str, Any] = {"runs": 1, "checkpoints": 90}

TRUTHS: dict[str, Truth] = {
    "flat": Truth("flat"),
    "flat, 40 checkpoints": Truth("flat", checkpoints=40),
    "flat, run effects": Truth("flat", run_sd=0.012),
    "flat, 10 runs": Truth("flat", runs=10),
    "flat, 10 runs, run effects": Truth("flat", runs=10, run_sd=0.012),
    "flat, 30 runs of 1": Truth("flat", runs=30, checkpoints=1),
    "flat, wrong chance": Truth("flat", chance=0.2),
    "flat, 200 items": Truth("flat", n_items=200),
    "flat, one run": Truth("flat", **ONE),
    "flat, one run, rho 0.5": Truth("flat", rho=0.5, **ONE),
    "flat, one run, rho 0.8": Truth("flat", rho=0.8, **ONE),
    "linear": Truth("linear"),
    "linear, 40 checkpoints": Truth("linear", checkpoints=40),
    "linear, small rise": Truth("linear", checkpoints=40, rise=0.06),
    "linear, one run": Truth("linear", **ONE),
    "linear, one run, rho 0.5": Truth("linear", rho=0.5, **ONE),
    "exponential": Truth("exponential", rise=0.3, checkpoints=40),
    "exponential, one run": Truth("exponential", rise=0.3, **ONE),
    "logistic": Truth("logistic", rise=0.3, checkpoints=40),
    "logistic, one run": Truth("logistic", rise=0.3, **ONE),
    "logistic, one run, rho 0.5": Truth("logistic", rise=0.3, rho=0.5, **ONE),
    "logistic, runs of unlike reach": Truth(
        "logistic", rise=0.3, checkpoints=40, run_sd=0.012, least_reach=0.4
    ),
    "gompertz": Truth("gompertz", rise=0.3, checkpoints=40),
    "gompertz, one run": Truth("gompertz", rise=0.3, **ONE),
    "hinge, 15 × 12": HINGE,
    "hinge, 15 × 40": replace(HINGE, checkpoints=40),
    "hinge, 15 × 40, wrong chance": replace(HINGE, checkpoints=40, chance=0.2),
    "hinge, run effects": replace(HINGE, run_sd=0.012),
    "hinge, runs of unlike reach": replace(HINGE, checkpoints=40, run_sd=0.012, least_reach=0.4),
    "hinge, 10 × 20": replace(HINGE, runs=10, checkpoints=20),
    "hinge, 40 runs of 4": replace(HINGE, runs=40, checkpoints=4),
    "hinge, 6 × 20": replace(HINGE, runs=6, checkpoints=20),
    "hinge, 3 × 20": replace(HINGE, runs=3, checkpoints=20),
    "hinge, 2 × 60": replace(HINGE, runs=2, checkpoints=60),
    "hinge, 200 items": replace(HINGE, checkpoints=40, n_items=200),
    "hinge, too few above": replace(HINGE, runs=6, checkpoints=8, eta=2.92),
    "hinge, one run": replace(HINGE, **ONE),
    "hinge, one run, rho 0.5": replace(HINGE, rho=0.5, **ONE),
    "hinge, one run, rho 0.8": replace(HINGE, rho=0.8, **ONE),
    "root, 15 × 40": Truth("root", checkpoints=40),
    "square, 15 × 40": Truth("square", checkpoints=40),
    "jump, 15 × 12": JUMP,
    "jump, 6 × 20": replace(JUMP, runs=6, checkpoints=20),
    "jump, 3 × 20": replace(JUMP, runs=3, checkpoints=20),
    "jump, one run": replace(JUMP, **ONE),
    "jump, one run, rho 0.5": replace(JUMP, rho=0.5, **ONE),
    "jump, one run, rho 0.8": replace(JUMP, rho=0.8, **ONE),
}
