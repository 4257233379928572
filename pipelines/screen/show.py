"""The curve of a task in the terminal, and as an image."""

import sys
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emergence.errors import InputError
from pipelines.figures import Figure
from pipelines.reader.shown import shown
from pipelines.words import unit

WIDTH, HEIGHT = 100, 26
OTHERS = 12
LINES = {"threshold curve": "orange+", "monotone fit": "orange+", "smooth rival": "blue+"}


def show(
    home: Path, task: str, source: str | None = None, corpus: str | None = None, out: Path | None = None
) -> int:
    """Draw the clearest fit of a task, narrowed by source and corpus; write its image to ``out``.

    Raises InputError for a name that the release does not know, with the nearest ones, or for an ``out``
    that ends neither in .png nor in .svg.
    """
    if out is not None and out.suffix not in (".png", ".svg"):
        raise InputError(f"--out {out}: a name ending in .png or .svg wanted")
    fits, figure = shown(home, task, source, corpus)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    print(plotted(figure, colour=sys.stdout.isatty()))
    _print_verdict(console, fits[0])
    if len(fits) > 1:
        console.print(_others(fits[1:]))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(figure.to_png() if out.suffix == ".png" else figure.to_svg().encode())
        console.print(f"written to {escape(str(out))}", soft_wrap=True)
    return 0


def plotted(figure: Figure, *, colour: bool) -> str:
    """Return a figure of scores against losses as text, loss falling to the right."""
    import plotext

    greatest, least = max(figure.values["loss_domain"]), min(figure.values["loss_domain"])
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(WIDTH, HEIGHT)
    points = [p for p in figure.rows["points"] if least <= p["loss"] <= greatest]
    for line, hue in LINES.items():
        rows = [row for row in figure.rows["curves"] if row["line"] == line]
        if rows:
            plotext.plot([r["loss"] for r in rows], [r["score"] for r in rows], label=line, color=hue)
    # After the curves, so that they do not hide the checkpoints.
    plotext.scatter([p["loss"] for p in points], [p["score"] for p in points], marker="dot", color="gray+")
    for row in figure.rows["departures"]:
        plotext.vertical_line(row["departure"], color="orange+")
    ticks = pl.linear_space(least, greatest, 7, eager=True).to_list()
    plotext.xticks(ticks, [f"{tick:.2f}" for tick in ticks])
    plotext.xlim(least, greatest)
    plotext.xreverse(True)
    plotext.title(figure.values["title"])
    text: str = plotext.build()
    below = f"{figure.values['score_title']} against {figure.values['loss_title']}"
    return (text if colour else str(plotext.uncolorize(text))) + f"\n{below:^{WIDTH}}"


def _print_verdict(console: Console, fit: dict[str, Any]) -> None:
    said = ""
    for name, words in (("loss_at_2_points", "2 points above its floor at"), ("eta", "η =")):
        low, high = fit[f"{name}_low"], fit[f"{name}_high"]
        if fit[name] is not None:
            limits = f" [{low:.3f}, {high:.3f}]" if low is not None and high is not None else ""
            said += f", {words} {fit[name]:.3f}{limits} {unit(fit['unit'])}"
    inference = str(fit["inference"]).replace("_", " ")
    console.print(f"\n[bold]{fit['verdict']}[/bold] ({inference}){escape(said)}: {escape(fit['reason'])}")
    console.print(
        f"{fit['n_checkpoints']:,} checkpoints of {fit['n_runs']:,} runs; {escape(fit['citation'] or '')}",
        style="dim",
    )


def _others(fits: list[dict[str, Any]]) -> Table:
    hidden = len(fits) - OTHERS
    more = f"; {hidden:,} more" if hidden > 0 else ""
    table = Table(
        box=None,
        header_style="bold",
        pad_edge=False,
        title_justify="left",
        title=f"\nother fits of this task{more}",
    )
    for name in ("source", "format", "metric", "shots", "corpus", "+2 points at", "verdict"):
        table.add_column(name, justify="right" if name in ("shots", "+2 points at") else "left", no_wrap=True)
    for fit in fits[:OTHERS]:
        departure = "" if fit["loss_at_2_points"] is None else f"{fit['loss_at_2_points']:.2f}"
        cells = (
            fit["source"],
            fit["format"],
            fit["metric"],
            fit["n_shot"],
            fit["corpus"],
            departure,
            fit["verdict"],
        )
        table.add_row(*(escape(str(cell)) for cell in cells))
    return table
