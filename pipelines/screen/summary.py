"""What a person sees when a run ends: what departs, what was read, and where to look next."""

import shlex

import polars as pl
from rich.console import Console

from pipelines.release.open_release import DATABASE, Questions, Release, open_database
from pipelines.release.outcome import Run
from pipelines.screen.fitted import Column, Row, print_table
from pipelines.screen.front import print_front
from pipelines.screen.terminal import BAD, WARNING, console, say, say_command, say_path
from pipelines.screen.typed import command
from pipelines.settings import MIRROR_VARIABLE, NOT_ASKED
from pipelines.words import verdict_name

DONE, IN_PART, NOTHING_PUBLISHED = 0, 1, 3
MOST_OF_NAMES = 300
"""Letters of new names a source that are printed; the table `names` holds them all."""
SOURCE_COLUMNS = (
    Column("source"),
    Column("status"),
    *(Column(name, is_number=True) for name in ("files", "kept", "duplicates", "rejected")),
)


def show_run(run: Run) -> int:
    """Print the end of a run and return its exit code."""
    out = console()
    if run.release is None:
        say(out, "Nothing was published.", f"bold {BAD}")
        _print_failures(out, run.failures)
        return NOTHING_PUBLISHED
    with open_database(run.release.database) as questions:
        front = print_front(out, questions)
        _print_verdicts(out, questions.ask("screen/verdicts"))
        sources = _print_sources(out, questions)
    _print_failures(out, run.failures)
    for warning in run.release.manifest().get("warnings", []) if run.is_new else []:
        say(out, f"warning: {warning}", WARNING)
    _print_new_names(out, sources)
    _print_unreachable(out, sources)
    _print_paths(out, run, run.release)
    _print_hints(out, front)
    return NOTHING_PUBLISHED if not run.is_current else IN_PART if run.failures else DONE


def _print_paths(out: Console, run: Run, release: Release) -> None:
    out.print()
    if not run.is_current:
        say(out, f"nothing was published, for the reason above; what stands is release {release.name}", BAD)
    else:
        say(out, f"{'new release' if run.is_new else 'nothing changed; release'} {release.name}", "bold")
    say_path(out, "database", release.folder.parents[1] / DATABASE)
    say_path(out, "Parquet", release.folder / "tables")
    say_path(out, "site", release.folder / "site" / "index.html")


def _print_hints(out: Console, front: pl.DataFrame) -> None:
    """Print commands that run as they stand: a task to draw, and a loss at which something happens to it."""
    first = front.drop_nulls("loss_at_2_points").head(1).to_dicts()
    for row in first:
        chosen = {"--source": row["source"], "--corpus": row["corpus"], "--format": row["format"]}
        options = " ".join(f"{name} {shlex.quote(str(value))}" for name, value in chosen.items())
        say_command(out, f"{command()} show {shlex.quote(row['task'])} {options}")
        asked = f"--corpus {shlex.quote(row['corpus'])} --loss {row['loss_at_2_points']:.2f}"
        say_command(out, f"{command()} ask {asked}")
    say_command(out, f'{command()} query "select * from thresholds limit 5"')


def _print_verdicts(out: Console, verdicts: pl.DataFrame) -> None:
    out.print()
    for (source,), group in verdicts.group_by("source", maintain_order=True):
        parts = ", ".join(f"{n:,} {verdict_name(verdict)}" for _, verdict, n in group.iter_rows())
        say(out, f"{source}: {parts}")
    out.print()


def _print_sources(out: Console, questions: Questions) -> pl.DataFrame:
    """Print what was read, kept and rejected of each source, and how much there is in all."""
    sources = questions.ask("screen/sources")
    rows = []
    for row in sources.iter_rows(named=True):
        numbers = (row["files"], row["rows_kept"], row["rows_duplicate"], row["rows_rejected"])
        rows.append(Row([row["source"], row["status"], *(f"{number:,}" for number in numbers)]))
    print_table(out, SOURCE_COLUMNS, rows)
    counts = questions.ask("screen/counts").row(0, named=True)
    say(out, ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    return sources


def _print_failures(out: Console, failures: list[str]) -> None:
    for failure in failures:
        say(out, f"failed: {failure}", BAD)


def _print_new_names(out: Console, sources: pl.DataFrame) -> None:
    for source, names in sources.drop_nulls("new_names").select("source", "new_names").iter_rows():
        shown = names if len(names) <= MOST_OF_NAMES else f"{names[:MOST_OF_NAMES]} … (select * from names)"
        say(out, f"new in {source}: {shown}", WARNING)


def _print_unreachable(out: Console, sources: pl.DataFrame) -> None:
    # A join of two sources is nowhere to be had by itself.
    sources = sources.filter(~pl.col("is_joint"))
    for row in sources.filter(pl.col("status") == "partial").iter_rows(named=True):
        say(out, f"{row['source']} is partial: {row['message'] or ''}")
    absent = sources.filter(pl.col("status") == "unreachable")
    not_asked = absent.filter(pl.col("message") == NOT_ASKED)["source"].to_list()
    if not_asked:
        say(out, f"Not asked for: {', '.join(not_asked)}; `{command()} run` takes in every source.")
    missing = [name for name in absent["source"] if name not in not_asked]
    if missing:
        say(
            out,
            f"Not reachable: {', '.join(missing)}. To get them, run again with a network, or set "
            f"{MIRROR_VARIABLE} to a folder laid out <owner>/<repo>/<commit>/<path>.",
            WARNING,
        )
