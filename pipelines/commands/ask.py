"""``ask`` and ``compare``: what the curves say of a loss, a model to come, or a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pipelines.commands.base import DONE, IN_PART, guarded
from pipelines.commands.complete import CORPORA, RUNS, SCORED_TASKS

if TYPE_CHECKING:
    from pipelines.settings import Settings


@click.command()
@click.option(
    "--corpus",
    required=True,
    shell_complete=CORPORA,
    help="Corpus of the loss, or one comparability group of it.",
)
@click.option("--loss", type=float, help="Loss on that corpus, in its own unit.")
@click.option("--params", type=float, help="Size of a model to come; its loss comes from the loss laws.")
@click.option("--tokens", type=float, help="Training tokens of that model.")
@click.option("--task", shell_complete=SCORED_TASKS, help="Only this task, in all its settings and metrics.")
@click.option("--all", "whole", is_flag=True, help="Every setting, those at chance too.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.pass_obj
@guarded
def ask(
    settings: Settings,
    corpus: str,
    loss: float | None,
    params: float | None,
    tokens: float | None,
    task: str | None,
    whole: bool,
    as_json: bool,
) -> None:
    """Say which tasks are above chance at a loss, by how much, how sure, and from whose data.

    Example: emergence ask --corpus c4_en --loss 2.6
    """
    from pipelines.reader.ask import Question, answer

    found = answer(settings.home, Question(corpus, loss, params, tokens, task))
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
        return
    from pipelines.screen.answers import print_answer

    print_answer(found, whole=whole or task is not None)


@click.command()
@click.argument("run", shell_complete=RUNS)
@click.option(
    "--with",
    "other",
    metavar="RUN",
    shell_complete=RUNS,
    help="Against this run alone; seeds of one recipe together.",
)
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.pass_obj
@guarded
def compare(settings: Settings, run: str, other: str | None, as_json: bool) -> int:
    """Say whether a run's checkpoints fall off the curve that other runs draw.

    Ends with 1, and a line of JSON, where the newest checkpoint fell off.

    Example: emergence compare own/mine
    """
    if other is not None:
        return _compare_two(settings, run, other, as_json=as_json)
    from pipelines.own.drop_folder import card_of
    from pipelines.reader.compare import compared

    found = compared(settings.home, run, card_of(run, settings.home).number("tokens_per_day"))
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
        return IN_PART if found.alert else DONE
    from pipelines.screen.answers import print_comparison

    print_comparison(found)
    if found.alert:
        click.echo(json.dumps(found.alert, ensure_ascii=False, allow_nan=False))
    return IN_PART if found.alert else DONE


def _compare_two(settings: Settings, run: str, other: str, *, as_json: bool) -> int:
    from pipelines.reader.two_runs import compare_two

    found = compare_two(settings.home, run, other)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        from pipelines.screen.two_runs import print_two

        print_two(found)
    return DONE
