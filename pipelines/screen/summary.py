"""What a person sees when a run ends: the thresholds, what was read, and where to look next."""

import sys

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.release.open_release import DATABASE, open_database
from pipelines.release.outcome import Run
from pipelines.settings import MIRROR_VARIABLE, NOT_ASKED
from pipelines.vocabulary import style_of

DONE, IN_PART, NOTHING_PUBLISHED = 0, 1, 3
MOST_OF_NAMES = 300
"""Letters of new names a source that are printed; the table `names` holds them all."""
UNITS = {"nats_per_token": "nats", "bits_per_byte": "bits/byte", "bits_per_char": "bits/char"}


def show_run(run: Run) -> int:
    """Print the end of a run and return its exit code."""
    # Not a terminal: nothing says how wide a line may be, and a cut number helps nobody.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    if run.release is None:
        console.print("Nothing was published.", style="bold red")
        _print_failures(console, run.failures)
        return NOTHING_PUBLISHED
    with open_database(run.release.database) as questions:
        front = questions.ask("screen/front")
        console.print(thresholds_table(front))
        console.print(_verdict_lines(questions.ask("screen/verdicts")))
        sources = questions.ask("screen/sources")
        console.print(sources_table(sources))
        counts = questions.ask("screen/counts").row(0, named=True)
    console.print(", ".join(f"{count:,} {name}" for name, count in counts.items()))
    _print_failures(console, run.failures)
    for warning in run.release.manifest().get("warnings", []) if run.is_new else []:
        console.print(f"warning: {escape(warning)}", style="yellow", soft_wrap=True)
    _print_new_names(console, sources)
    _print_unreachable(console, sources)
    console.print(f"\n{_news(run)} [bold]{run.release.name}[/bold]", soft_wrap=True)
    console.print(f"  database  {escape(str(run.release.folder.parents[1] / DATABASE))}", soft_wrap=True)
    console.print(f"  Parquet   {escape(str(run.release.folder / 'tables'))}", soft_wrap=True)
    console.print(f"  site      {escape(str(run.release.folder / 'site' / 'index.html'))}", soft_wrap=True)
    # A loss at which something happens: the sharpest verdict's.
    asked = front.drop_nulls("loss_at_2_points").sort("verdict_rank", maintain_order=True)
    for corpus, loss in asked.select("corpus", "loss_at_2_points").head(1).iter_rows():
        console.print(f"  ask       emergence ask --corpus {corpus} --loss {loss:.2f}", soft_wrap=True)
    console.print('  query     emergence query "select * from thresholds limit 5"', soft_wrap=True)
    return NOTHING_PUBLISHED if not run.is_current else IN_PART if run.failures else DONE


def _news(run: Run) -> str:
    if not run.is_current:
        return "[bold red]nothing was published[/bold red], for the reason above; what stands is release"
    return "new release" if run.is_new else "nothing changed; release"


def thresholds_table(front: pl.DataFrame) -> Table:
    """Return the table of thresholds: a row a task: where it stands 2 points above its floor, eta where
    located, its verdict.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (
        "source",
        "task",
        "format",
        "shots",
        "corpus",
        "unit",
        "+2 points at",
        "interval",
        "η",
        "verdict",
    ):
        table.add_column(
            name,
            justify="right" if name in ("+2 points at", "η", "interval", "shots") else "left",
            no_wrap=True,
        )
    last = None
    for row in front.iter_rows(named=True):
        source = row["source"] if row["source"] != last else ""
        last = row["source"]
        table.add_row(
            source,
            escape(row["task"]),
            row["format"],
            "–" if row["n_shot"] is None else str(row["n_shot"]),
            escape(row["corpus"]),
            UNITS.get(row["unit"], row["unit"]),
            "" if row["loss_at_2_points"] is None else f"{row['loss_at_2_points']:.2f}",
            _interval(row),
            "" if row["eta"] is None else f"{row['eta']:.2f}",
            row["verdict"],
            style=style_of(row["verdict"]),
        )
    return table


def _interval(row: dict[str, float | None]) -> str:
    low, high = row["loss_at_2_points_low"], row["loss_at_2_points_high"]
    return f"[{low:.2f}, {high:.2f}]" if low is not None and high is not None else ""


def _verdict_lines(verdicts: pl.DataFrame) -> str:
    lines = []
    for (source,), group in verdicts.group_by("source", maintain_order=True):
        parts = ", ".join(f"{n:,} {verdict}" for _, verdict, n in group.iter_rows())
        lines.append(f"{source}: {parts}")
    return "\n" + "\n".join(lines) + "\n"


def sources_table(sources: pl.DataFrame) -> Table:
    """Return the table of sources: what was read, kept and rejected."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("source", "status", "files", "kept", "duplicates", "rejected"):
        table.add_column(name, justify="left" if name in ("source", "status") else "right", no_wrap=True)
    for row in sources.iter_rows(named=True):
        numbers = (row["files"], row["rows_kept"], row["rows_duplicate"], row["rows_rejected"])
        table.add_row(row["source"], row["status"], *(f"{number:,}" for number in numbers))
    return table


def _print_failures(console: Console, failures: list[str]) -> None:
    for failure in failures:
        console.print(f"failed: {escape(failure)}", style="red", soft_wrap=True)


def _print_new_names(console: Console, sources: pl.DataFrame) -> None:
    for source, names in sources.drop_nulls("new_names").select("source", "new_names").iter_rows():
        shown = names if len(names) <= MOST_OF_NAMES else f"{names[:MOST_OF_NAMES]} … (select * from names)"
        console.print(f"new in {source}: {escape(shown)}", style="yellow", soft_wrap=True)


def _print_unreachable(console: Console, sources: pl.DataFrame) -> None:
    # A join of two sources is nowhere to be had by itself.
    sources = sources.filter(~pl.col("is_joint"))
    for row in sources.filter(pl.col("status") == "partial").iter_rows(named=True):
        console.print(f"{row['source']} is partial: {escape(row['message'] or '')}", soft_wrap=True)
    absent = sources.filter(pl.col("status") == "unreachable")
    not_asked = absent.filter(pl.col("message") == NOT_ASKED)["source"].to_list()
    if not_asked:
        console.print(
            f"Not asked for: {', '.join(not_asked)}; `emergence run` takes in every source.", soft_wrap=True
        )
    missing = [name for name in absent["source"] if name not in not_asked]
    if missing:
        console.print(
            f"Not reachable: {', '.join(missing)}. To get them, run again with a network, or set "
            f"{MIRROR_VARIABLE} to a folder laid out <owner>/<repo>/<commit>/<path>.",
            style="yellow",
            soft_wrap=True,
        )
