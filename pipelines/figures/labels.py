"""What a curve's figure says of itself on the spot: floor, chance, departure and threshold in numbers."""

from collections.abc import Mapping
from typing import Any

from emergence.numerics.words import above_floor


def is_departure(fit: Mapping[str, Any]) -> bool:
    """Say whether a fit has a departure loss to draw: not where it is not shown to leave its floor."""
    return fit["loss_at_2_points"] is not None and fit.get("departs") is not False


def departure_text(fit: Mapping[str, Any]) -> str:
    """Name the departure loss with its interval."""
    return f"{above_floor(fit.get('step_in_points'))}: {_with_interval(fit, 'loss_at_2_points')}"


def step_words(fit: Mapping[str, Any], step: int = 2) -> str:
    """Name the step above the floor that a departure loss is read at, as short as a panel has room for."""
    return f"+{step} % of its rise" if fit.get("step_in_points") is False else f"+{step} points"


def eta_text(fit: Mapping[str, Any]) -> str:
    """Name η with its interval, and its range over the forms of curve where it is known."""
    low, high = fit.get("eta_by_form_min"), fit.get("eta_by_form_max")
    forms = "" if low is None or high is None else f"; over forms {low:.2f} to {high:.2f}"
    return f"η {_with_interval(fit, 'eta')}{forms}"


def level_rows(fit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return floor and chance, each with its words and the side of its line that they stand on."""
    floor, chance = fit["floor"], fit["chance"]
    is_below = floor is not None and chance is not None and floor < chance
    sides = {"floor": "top" if is_below else "bottom", "chance": "bottom" if is_below else "top"}
    return [
        {"line": line, "score": fit[line], "side": sides[line], "text": f"{line} {fit[line]:.3f}"}
        for line in ("floor", "chance")
        if fit[line] is not None
    ]


def _with_interval(fit: Mapping[str, Any], name: str) -> str:
    low, high = fit.get(f"{name}_low"), fit.get(f"{name}_high")
    limits = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
    return f"{fit[name]:.2f}{limits}"
