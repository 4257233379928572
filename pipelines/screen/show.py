"""The curve of a task in the terminal, and as an image."""

import shlex
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from emergence.errors import InputError
from emergence.numerics.words import above_floor
from pipelines.figures.labels import is_departure
from pipelines.reader.shown import Wanted, shown
from pipelines.screen.curve import plotted
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.front import over_forms, with_interval
from pipelines.screen.terminal import GREY, console, heading, say, say_command, say_path
from pipelines.screen.typed import command
from pipelines.vocabulary import style_of
from pipelines.words import below_chance, counted, disputed, unit, verdict_name

OTHERS = 12
PLOT_IN_PIPE = 100
COLUMNS = (
    Column("format", is_key=True),
    Column("metric", is_key=True),
    Column("shots", is_number=True, is_key=True),
    Column("corpus", is_key=True),
    Column("runs", is_number=True, goes=2),
    Column("+2 points at", is_number=True, goes=3, says="the loss where it stands 2 points above its floor"),
    Column("verdict", is_shown_by_style=True),
    Column("source", goes=1, is_key=True),
)


def show(home: Path, wanted: Wanted, out: Path | None = None) -> int:
    """Draw the best-known fit of a task, narrowed to what is wanted; write its image to ``out``.

    Raises InputError for a name that the release does not know, with the nearest ones, or for an ``out``
    that ends neither in .png nor in .svg.
    """
    if out is not None and out.suffix not in (".png", ".svg"):
        raise InputError(f"--out {out}: a name ending in .png or .svg wanted")
    fits, figure = shown(home, wanted)
    screen = console()
    is_terminal = sys.stdout.isatty()
    print(plotted(figure, colour=is_terminal, width=screen.width if is_terminal else PLOT_IN_PIPE))
    departs = f"; upright: {above_floor(fits[0]['step_in_points'])}" if figure.rows["departures"] else ""
    say(screen, f"{figure.values['score_title']} against {figure.values['loss_title']}{departs}", GREY)
    _print_verdict(screen, fits[0])
    if len(fits) > 1:
        _print_others(screen, fits)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(figure.to_png() if out.suffix == ".png" else figure.to_svg().encode())
        say_path(screen, "written to", out)
    return 0


def _print_verdict(out: Console, fit: dict[str, Any]) -> None:
    said = f" ({str(fit['inference']).replace('_', ' ')})" if fit["inference"] else ""
    for name, words in (("loss_at_2_points", f"{above_floor(fit['step_in_points'])} at"), ("eta", "η =")):
        if fit[name] is not None:
            said += f", {words} {with_interval(fit, name, 3)} {unit(fit['unit'])}"
            if name == "loss_at_2_points" and not fit["departs"]:
                said += " (not shown to leave its floor there)"
    forms = over_forms(fit, 3)
    said += f", over all forms of curve {forms}" if forms else ""
    out.print()
    heading(out, verdict_name(fit["verdict"]), f"{said}: {fit['reason']}")
    for told in (below_chance(fit), disputed(fit) if fit["chance_disputed"] else None):
        if told:
            say(out, told)
    points = f"{counted(fit['n_checkpoints'], 'checkpoint')} of {counted(fit['n_runs'], 'run')}"
    say(out, f"{points}; {fit['citation'] or ''}", GREY)


def _print_others(out: Console, fits: list[dict[str, Any]]) -> None:
    """Print the other fits of the task, one of each setting first, and how to draw one of them."""
    others = _settings_first(fits)
    hidden = len(others) - OTHERS
    out.print()
    more = f", {hidden:,} more by --source, --corpus, --format, --metric, --shots" if hidden > 0 else ""
    heading(out, "other fits of this task", more)
    print_table(out, COLUMNS, [_row(fit) for fit in others[:OTHERS]])
    first = others[0]
    chosen = {"--source": first["source"], "--corpus": first["corpus"], "--format": first["format"]}
    chosen |= {"--metric": first["metric"], "--shots": first["n_shot"]}
    options = " ".join(f"{k} {shlex.quote(str(v))}" for k, v in chosen.items() if v is not None)
    say_command(out, f"{command()} show {shlex.quote(first['task'])} {options}")


def _settings_first(fits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all fits but the first, those of a setting not yet seen ahead of the rest."""
    seen = {_setting(fits[0])}
    news: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    for fit in fits[1:]:
        (rest if _setting(fit) in seen else news).append(fit)
        seen.add(_setting(fit))
    return [*news, *rest]


def _setting(fit: dict[str, Any]) -> tuple[object, ...]:
    return tuple(fit[name] for name in ("source", "format", "metric", "n_shot"))


def _row(fit: dict[str, Any]) -> Row:
    cells = (
        fit["format"],
        fit["metric"],
        "" if fit["n_shot"] is None else str(fit["n_shot"]),
        fit["corpus"],
        str(fit["n_runs"]),
        f"{fit['loss_at_2_points']:.2f}" if is_departure(fit) else "",
        verdict_name(fit["verdict"]),
        fit["source"],
    )
    return Row(cells, style_of(fit["verdict"]))
