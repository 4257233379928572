"""``add`` and ``remove``: one's own results into the drop folder and out of it."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands.base import DONE, IN_PART, WRONG_USAGE, guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.own.plan import Plan
    from pipelines.own.report import Axis
    from pipelines.settings import Settings

MOST_ROUNDS = 20
NUMBERS = ("tokens_per_step", "sequence_length", "params")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--run", help="Name of the run; else its folder's.")
@click.option("--corpus", help="Text that the losses are on.")
@click.option("--unit", help="Unit of the losses: nats_per_token, bits_per_byte, …")
@click.option("--tokenizer", help="Tokenizer of the losses: gpt2, llama3, …")
@click.option("--tokens-per-step", help="Tokens of one optimizer step, or a list [[0, 1000], [5000, 2000]].")
@click.option("--sequence-length", help="Tokens of one sample.")
@click.option("--params", help="Size of the model.")
@click.option("--family", help="Models that are trained alike.")
@click.option("--recipe", help="What runs that differ in nothing but their seed have in common.")
@click.option(
    "--set", "more", multiple=True, metavar="KEY=VALUE", help="Any other answer, as the question names it."
)
@click.option("--map", "mapped", type=click.Path(path_type=Path), help="Which column of a table is what.")
@click.option("--template", type=click.Path(path_type=Path), help="Write such a map, as guessed, and stop.")
@click.option("--dry-run", is_flag=True, help="Say all that an add would, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for machines.")
@click.pass_obj
@guarded
def add(
    settings: Settings,
    /,
    paths: tuple[Path, ...],
    more: tuple[str, ...],
    mapped: Path | None,
    template: Path | None,
    dry_run: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Add your own results, as your tools wrote them: folders, or files of one folder.

    Everything is checked here, and copied; `emergence run` publishes. What a file does not say is asked, and
    remembered in an emergence.toml beside it.

    Example: emergence add my-run/ --tokens-per-step 4194304
    """
    from emergence.errors import InputError
    from pipelines.own.plan import find_runs, only_one
    from pipelines.own.published import published_axes

    if template is not None:
        return _write_template(paths, template)
    answers = _answers(flags, more, mapped, paths)
    folders = find_runs(paths)
    if flags.get("run"):
        only_one(folders, "--run")
    axes = published_axes(settings.home)
    results: list[tuple[dict[str, Any], int]] = []
    called: dict[str, Path] = {}
    # One after the other: a plan holds all that a run's files say. One that is refused keeps no other out.
    for folder in folders:
        try:
            plan = folder.plan(answers)
            if sys.stdin.isatty() and not as_json:
                plan = _asked(plan)
            _refuse_twins(plan, called)
            results.append(_add_one(plan, settings, axes, dry_run=dry_run, as_json=as_json))
        except InputError as error:
            if len(folders) == 1:
                raise
            results.append((_refused(folder.root, error), WRONG_USAGE))
    if as_json:
        found = [result for result, _ in results]
        click.echo(json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False, default=str))
    elif not dry_run and any(code != WRONG_USAGE for _, code in results):
        _say_next([str(name) for result, code in results if code != WRONG_USAGE for name in result["runs"]])
    codes = {code for _, code in results}
    if any("refused" in result for result, _ in results):
        return WRONG_USAGE
    return codes.pop() if len(codes) == 1 else IN_PART


def _refused(root: Path, error: Exception) -> dict[str, Any]:
    """Say why nothing of a folder goes in, and return it as one of the answers of `--json`."""
    from pipelines.commands.base import tell
    from pipelines.screen.typed import as_typed

    told = " ".join(str(error).split())
    where = "" if str(root) in told else f"{root}: "
    tell(f"emergence: {as_typed(where + told)}")
    return {"run": None, "runs": [], "root": str(root), "put": None, "refused": told}


def _say_next(runs: list[str]) -> None:
    from pipelines.screen.terminal import console, say, say_command
    from pipelines.screen.typed import command

    out = console()
    say(out, "next:")
    say_command(out, f"{command()} run")
    say_command(out, f"{command()} compare {shlex.quote(f'own/{runs[0]}')}")


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.pass_obj
@guarded
def remove(settings: Settings, runs: tuple[str, ...]) -> None:
    """Take runs of your own out again; the files that they were added from stay where they are.

    Example: emergence remove own/my-run
    """
    from pipelines.own.drop_folder import remove as take_out
    from pipelines.screen.typed import as_typed

    take_out(runs, settings.home)
    for run in runs:
        click.echo(as_typed(f"{run}: removed; the next `emergence run` leaves it out"))


def _refuse_twins(plan: Plan, called: dict[str, Path]) -> None:
    """Refuse two folders whose runs have one name: the later would take the place of the first."""
    from emergence.errors import InputError

    first = called.setdefault(plan.name, plan.root)
    if first != plan.root:
        raise InputError(
            f"{first} and {plan.root} would both be called {plan.name}, and the first is added: "
            f"add the other by itself, with --run NAME"
        )


def _answers(
    flags: dict[str, Any], more: Sequence[str], mapped: Path | None, paths: Sequence[Path]
) -> dict[str | tuple[str, ...], Any]:
    """Return the options as answers for the card."""
    from emergence.errors import InputError
    from pipelines.own.card.card import why_wrong
    from pipelines.own.card.fields import shown_value
    from pipelines.own.card.template import map_answers
    from pipelines.own.card.text import parsed
    from pipelines.own.drop_folder import OWN_PREFIX
    from pipelines.own.say import flag_of

    answers: dict[str | tuple[str, ...], Any] = {}
    for name, value in flags.items():
        if value is not None:
            answers[name] = parsed(value) if name in NUMBERS else value
    if flags.get("run"):
        answers["run"] = flags["run"].removeprefix(OWN_PREFIX)
    for pair in more:
        key, equal, value = _parts(pair)
        if not equal or not key:
            raise InputError(f"--set {pair}: expected KEY=VALUE")
        answers[key] = parsed(value)
    for place, answer in answers.items():
        # Before anything is written: what the card cannot hold would else be remembered in it.
        if isinstance(place, str) and (why := why_wrong(place, answer)):
            raise InputError(f"{flag_of(place)}{shown_value(answer)}: {why}")
    if mapped is not None:
        if len(paths) != 1 or not paths[0].is_file():
            raise InputError("--map is for one table: give its file")
        answers |= map_answers(mapped, paths[0].name)
    return answers


def _parts(pair: str) -> tuple[str, str, str]:
    """Part KEY=VALUE: at the last sign, as names of losses may have one, but where a pattern begins."""
    if ".pattern=" in pair:
        head, _, value = pair.partition(".pattern=")
        return f"{head}.pattern", "=", value
    return pair.rpartition("=") if pair.count("=") > 1 else pair.partition("=")


def _write_template(paths: Sequence[Path], target: Path) -> int:
    from emergence.errors import InputError
    from pipelines.own.card.template import template
    from pipelines.own.files import find_files

    if len(paths) != 1 or not paths[0].is_file():
        raise InputError("--template is for one table: give its file")
    if target.exists():
        raise InputError(f"{target} is there already")
    files = find_files(paths[0]).files
    if not files:
        raise InputError(f"{paths[0]} cannot be read as a table")
    target.write_text(template(files[0], target))
    from pipelines.screen.terminal import console, say, say_command
    from pipelines.screen.typed import command

    out = console()
    say(out, f"wrote {target}; correct it, then:")
    say_command(out, f"{command()} add {shlex.quote(str(paths[0]))} --map {shlex.quote(str(target))}")
    return DONE


def _asked(plan: Plan) -> Plan:
    """Ask on the terminal until nothing is open, or the user leaves it open."""
    from pipelines.commands.base import tell
    from pipelines.own.card.text import parsed

    skipped: set[str] = set()
    for _ in range(MOST_ROUNDS):
        waiting = [q for q in plan.settled.said.questions.values() if q.key not in skipped]
        if not waiting:
            break
        question = waiting[0]
        hint = f" [{', '.join(question.options)}]" if question.options else ""
        tell(f"{question.text}{hint}")
        told = click.prompt(
            "  answer, or skip",
            default=question.options[0] if question.options else "",
            show_default=bool(question.options),
            err=True,
        )
        if not told.strip() or told.strip() == "skip":
            skipped.add(question.key)
            continue
        answered = plan.answered({question.key: parsed(told.strip())})
        refused = [item for item in answered.settled.said.broken if item.place == question.key]
        if refused:
            tell(f"  {told.strip()}: {refused[0].fix}")
            continue
        plan = answered
        if question.key in plan.settled.said.questions:
            skipped.add(question.key)
    return plan


def _add_one(
    plan: Plan, settings: Settings, axes: list[Axis], *, dry_run: bool, as_json: bool
) -> tuple[dict[str, Any], int]:
    """Put one run in place and say so; return what was said and the exit code that it earns."""
    from pipelines.own.drop_folder import put
    from pipelines.own.older_copy import no_longer_in_it, same_runs
    from pipelines.own.report import as_json as told
    from pipelines.own.say import say_gone, say_plan, say_question, say_same
    from pipelines.screen.terminal import console, say
    from pipelines.screen.typed import as_typed

    is_empty = plan.settled.losses.is_empty() and plan.settled.scores.is_empty()
    what = None
    gone = [] if is_empty else no_longer_in_it(plan, settings.home)
    same = [] if is_empty else same_runs(plan, settings.home)
    if not dry_run and not is_empty:
        _remember(plan)
        what = put(plan, settings.home).what
    open_questions = plan.open_questions()
    if not as_json:
        out = console()
        for line in say_plan(plan, axes):
            say(out, as_typed(line))
        for question in plan.settled.said.questions.values():
            for line in say_question(question):
                say(out, line)
        say(out, f"{plan.name}: {_outcome(what, is_empty, dry_run, len(open_questions))}")
        for line in (*say_gone(gone), *say_same(same)):
            say(out, as_typed(line))
    code = WRONG_USAGE if is_empty else (IN_PART if open_questions or plan.card.trouble else DONE)
    return told(plan, axes, what) | {"no_longer_in_it": gone, "same_as": same}, code


def _outcome(what: str | None, is_empty: bool, dry_run: bool, n_open: int) -> str:
    are = "1 question is" if n_open == 1 else f"{n_open} questions are"
    waiting = f"; {are} open, and what waits stayed out" if n_open else ""
    if is_empty:
        return f"nothing to add{waiting}"
    return f"{'would be added' if dry_run else what}{waiting}"


def _remember(plan: Plan) -> None:
    """Write what was answered beside the files, where it is new and the folder can be written."""
    if plan.text == plan.before:
        return
    if plan.card_path.is_symlink():  # it leads to who knows what, which is not ours to write
        click.echo(f"the answers are not remembered: {plan.card_path} is a link", err=True)
        return
    try:
        plan.card_path.write_text(plan.text, encoding="utf-8")
    except OSError as error:
        click.echo(f"the answers are not remembered: {plan.card_path}: {error.strerror}", err=True)
