"""What a task's page says first: one sentence, with what it rests on."""

from typing import Any

from emergence.evidence import cut_offs
from emergence.numerics.words import above_floor
from pipelines.vocabulary import words
from pipelines.words import format_name, shots, unit, verdict_name

Row = dict[str, Any]


def clearest(panels: list[Row]) -> int:
    """Return the panel that a task's page opens with: of an accuracy, the one with the clearest departure."""
    order = list(words("verdict"))

    def rank(number: int) -> tuple[bool, int, int]:
        panel = panels[number]
        place = order.index(panel["verdict"]) if panel["verdict"] in order else len(order)
        return panel["role"] != "accuracy", place, number

    return min(range(len(panels)), key=rank)


def sentence(panels: list[Row]) -> str:
    """Say what the clearest setting shows, on what it rests, and how many other settings say otherwise."""
    best = panels[clearest(panels)]
    known = words("verdict").get(best["verdict"] or "")
    setting = (
        f"{best['source']} ({format_name(best['format']) or 'format not stated'}, {shots(best['n_shot'])})"
    )
    runs = "1 run" if best["n_runs"] == 1 else f"{best['n_runs'] or 'an unknown number of'} runs"
    if best.get("n_models") == 1 and best["n_runs"] != 1:
        runs += " of one model"
    rests = f"over {runs}"
    if (best["n_runs"] or 0) < cut_offs.MIN_RUNS_SIDE or best.get("n_models") == 1:
        rests = f"but {rests}"
    if known and known.departs and best["loss_at_2_points"] is not None:
        at = f"{_with_interval(best, 'loss_at_2_points')} {unit(best['unit'])} on {best['corpus']}"
        said = f"In {setting} it stands {above_floor(best['step_in_points'])} at {at}: {known.words}, {rests}"
    else:
        verdict = verdict_name(best["verdict"])
        said = (
            f"No setting here shows it leaving its floor; the clearest, {setting}, is {verdict}, over {runs}"
        )
    same = sum(panel["verdict"] == best["verdict"] for panel in panels) - 1
    others = len(panels) - 1
    agree = f"{same or 'none'} of the {others} other settings {'says' if same == 1 else 'say'} the same"
    if others == 1:
        agree = f"the other setting {'says' if same else 'does not say'} the same"
    return f"{said}; {agree}." if others else f"{said}."


def _with_interval(row: Row, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{row[name]:.2f}" + ("" if low is None or high is None else f" [{low:.2f}, {high:.2f}]")
