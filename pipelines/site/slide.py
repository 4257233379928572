"""The rows of the front page's figure: one task in both formats, and where that source's tasks depart."""

from typing import Any

from pipelines.figures import Figure
from pipelines.figures.slide import slide_figure
from pipelines.keys import SERIES_ID
from pipelines.site.data import AXIS, SiteData
from pipelines.words import format_name, shots, unit

Row = dict[str, Any]
FORMATS = {"mc": "answer letter", "rc": "by likelihood"}
MOST_POINTS = 260
MOST_ROWS = 22
FAVOURITE = "mmlu"


def slide(data: SiteData, fits: list[Row]) -> Figure | None:
    """Return the figure, of the source in which most settings leave their floor; None where none does.

    ``fits`` are rows of thresholds with ``href`` and the title ``axis``.
    """
    told = {row[SERIES_ID]: row for row in data.questions.rows("site/slide_fits")}
    mine = [{**fit, **told[fit[SERIES_ID]]} for fit in fits if fit[SERIES_ID] in told]
    leaving = [fit for fit in mine if fit["departs"] and fit["loss_at_2_points"] is not None]
    if not leaving:
        return None
    axis = _axis_of_most(leaving)
    shown = [fit for fit in leaving if _key(fit) == axis]
    chosen = _chosen(shown)
    with_shots = len({fit["n_shot"] for fit in chosen}) > 1
    whose = (
        f"{len(chosen)} of {len(shown)} settings leave their"
        if len(chosen) < len(shown)
        else "each setting leaves its"
    )
    pair = _pair([fit for fit in mine if _key(fit) == axis])
    return slide_figure(
        [point for fit in pair for point in _points(data, fit)],
        [line for fit in pair for line in _curve(data, fit)],
        [_departure(fit, with_shots=with_shots) for fit in chosen],
        [_mark(fit) for fit in pair],
        pair[0]["chance"] if pair else None,
        curve_title=f"{pair[0]['task_title']}, {axis[0]}" if pair else "",
        dumbbell_title=f"where {whose} floor: ○ +2 points, ◇ η",
        loss_title=f"loss on {shown[0]['corpus']} [{unit(shown[0]['unit'])}]",
    )


def _key(fit: Row) -> tuple[Any, ...]:
    return (fit["source"], *(fit[k] for k in AXIS))


def _axis_of_most(leaving: list[Row]) -> tuple[Any, ...]:
    counts: dict[tuple[Any, ...], int] = {}
    for fit in leaving:
        counts[_key(fit)] = counts.get(_key(fit), 0) + 1
    return min(counts, key=lambda key: (-counts[key], str(key)))


def _pair(fits: list[Row]) -> list[Row]:
    """Return one task's fits by letter and by likelihood: the favourite, else the first with both."""
    by_task: dict[str, dict[str, Row]] = {}
    for fit in fits:
        if fit["format"] in FORMATS:
            by_task.setdefault(fit["task"], {}).setdefault(fit["format"], fit)
    both = {task: formats for task, formats in by_task.items() if len(formats) == len(FORMATS)}
    task = FAVOURITE if FAVOURITE in both else next(iter(sorted(both)), None)
    return [] if task is None else [both[task][name] for name in FORMATS]


def _points(data: SiteData, fit: Row) -> list[Row]:
    points = data.points_of(fit)
    if points is None or fit["loss_max"] is None:
        return []
    seen = (points["loss"] <= fit["loss_max"]) & (points["loss"] >= fit["loss_min"])
    loss, score = points["loss"][seen], points["score"][seen]
    every = max(1, -(-loss.size // MOST_POINTS))
    return [
        {"format": FORMATS[fit["format"]], "loss": float(x), "score": float(y)}
        for x, y in zip(loss[::every], score[::every], strict=True)
    ]


def _curve(data: SiteData, fit: Row) -> list[Row]:
    wanted = ("threshold curve", "monotone fit")
    rows = [row for row in data.curves_of(fit) if row["line"] in wanted]
    return [{**row, "format": FORMATS[fit["format"]]} for row in rows]


def _chosen(shown: list[Row]) -> list[Row]:
    """Return an even few of the settings, from high loss to low, one a task and format."""
    first: dict[tuple[Any, ...], Row] = {}
    for fit in sorted(shown, key=lambda fit: (-fit["loss_at_2_points"], fit[SERIES_ID])):
        first.setdefault((fit["task"], fit["format"]), fit)
    rows = list(first.values())
    every = max(1, -(-len(rows) // MOST_ROWS))
    return rows[::every]


def _mark(fit: Row) -> Row:
    format_ = FORMATS[fit["format"]]
    return {"format": format_, "departure": fit["loss_at_2_points"], "verdict": fit["verdict"]}


def _departure(fit: Row, *, with_shots: bool) -> Row:
    setting = FORMATS.get(fit["format"], format_name(fit["format"]) or "format not stated")
    return {
        "label": f"{fit['task_title']} · {setting}" + (f" · {shots(fit['n_shot'])}" if with_shots else ""),
        "departure": fit["loss_at_2_points"],
        "low": fit["loss_at_2_points_low"],
        "high": fit["loss_at_2_points_high"],
        "eta": fit["eta"],
        "form_low": fit["eta_by_form_min"],
        "form_high": fit["eta_by_form_max"],
        "verdict": fit["verdict"],
        "is_one_model": fit["n_models"] <= 1,
        "reason": fit["reason"],
        "href": fit["href"],
    }
