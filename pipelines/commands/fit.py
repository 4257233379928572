"""``fit``: the threshold of a table of one's own, without a warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.commands.base import guarded


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--loss", help="Column of the losses; else `loss`.")
@click.option("--score", help="Column of the scores: fractions, for accuracies; else `score`.")
@click.option("--run", help="Column that says which run a checkpoint belongs to; else `run` or `run_id`.")
@click.option("--order", help="Column of the order within a run; else `tokens` or `step`.")
@click.option("--items", help="Column of the number of items behind a score; else `n_items` or `items`.")
@click.option("--chance", type=float, help="Score of guessing.")
@click.option("--lower-is-better", is_flag=True, help="For scores of which less is better.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write the figure here: .png or .svg.")
@click.option("--json", "as_json", is_flag=True, help="Every number of the fit, for machines.")
@guarded
def fit(
    file: Path,
    loss: str | None,
    score: str | None,
    run: str | None,
    order: str | None,
    items: str | None,
    chance: float | None,
    lower_is_better: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Fit the threshold of loss of one task in a CSV or Parquet file, a row a checkpoint.

    Example: emergence fit scores.csv --loss c4_loss --score mmlu --run run --chance 0.25
    """
    from pipelines.own.task_table import read_table
    from pipelines.reader.fit_file import as_json as text_of
    from pipelines.reader.fit_file import fit_file, told
    from pipelines.reader.fit_table import find_columns
    from pipelines.screen.terminal import console, say, say_path

    named = {"loss": loss, "score": score, "run": run, "order": order, "n_items": items}
    table, lines = read_table(file)
    columns = find_columns(file, table.columns, named)
    found = fit_file(file, table, columns, chance=chance, higher_is_better=not lower_is_better, lines=lines)
    if plot is not None:
        from pipelines.reader.fit_figure import write_figure

        write_figure(plot, file, table, columns, found, higher_is_better=not lower_is_better)
    if as_json:
        click.echo(text_of(found))
        return
    out = console()
    for line in told(found, columns):
        say(out, line)
    if plot is not None:
        say_path(out, "plot", plot)
