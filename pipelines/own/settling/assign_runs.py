"""Says which run a record is of: the card's, the one that a file names, or each its own."""

from pathlib import Path, PurePosixPath

import polars as pl

from pipelines.own.card.card import Card
from pipelines.own.reading.found import Kind, Question
from pipelines.own.settling.frame import Said
from pipelines.own.settling.placing import told_by_file
from pipelines.own.settling.runs_by_path import runs_by_path
from pipelines.words import agreeing, listed

MOST_SHOWN = 4
# Folders called so say nothing of a run.
_GENERIC = frozenset(
    (
        *("", ".", "results", "result", "output", "outputs", "out", "log", "logs", "run", "runs", "eval"),
        *("evals", "checkpoints", "lightning_logs", "version_0", "tmp", "data", "files", "native"),
    )
)
# A name that is a number, with or without a word before it, tells runs of one folder apart alone.
_BARE = r"^(?i:(?:seed|run|rep|trial|fold|version)?[ _=-]?\d+)$"
_OF_TEXTS = ' (Losses of several texts: say corpus = "…" below [files."NAME"] for each.)'
_SAME = ["kind", "key", "task", "counter", "number", "tokens"]


def assign_runs(frame: pl.DataFrame, card: Card, folder: str, said: Said) -> pl.DataFrame:
    """Return the records with the name of their run in ``run``; none is empty.

    A file that names several runs holds each as its own, unless the card says which one is meant
    (``[files."x.csv"] run = "…"``). Files that name one run each, and not all the same one, are asked about.
    """
    frame, is_parted = _parted(_beside(_chosen(frame, card, said)), card, folder)
    named = frame.filter(pl.col("run").is_not_null()).select("file", "run").unique(maintain_order=True)
    per_file = named.group_by("file").len()
    names = named["run"].unique(maintain_order=True).to_list()
    general = card.text("run") or _called(folder, names)
    is_told = card.text("runs") == "several" or len(_wanted(card)) > 1
    # Who names the runs of two files, or of two rows, has said that they are several.
    several = is_told or (bool((per_file["len"] > 1).any()) and not is_parted)
    if several:
        said.note(f"{agreeing(len(names), 'run')} named in one file or more; each is a run of its own")
        # `seed0` of two folders are two runs.
        bare = pl.col("run").str.contains(_BARE)
        run = pl.when(bare).then(pl.format("{}/{}", pl.lit(general), "run")).otherwise("run")
        return frame.with_columns(run=run.fill_null(pl.lit(general)))
    if (is_parted or _are_unlike(names)) and card.text("runs") != "one":
        # Evaluated at other steps, too: two models by turns look like one curve.
        by_turns = "hold the same losses or scores at steps by turns"
        what = by_turns if is_parted else "name several models"
        what = "differ at the same steps" if _contradict(frame) else what
        text = f"files of {listed(names, MOST_SHOWN)} {what}: are they one run, or several?"
        if frame.filter(pl.col("run").is_not_null(), kind=Kind.LOSS.value).height:
            text += _OF_TEXTS
        said.ask(Question("runs", text, ("several", "one"), ""))
        said.leave(frame.filter(pl.col("run").is_not_null()), "one run or several: see the question")
        frame = frame.filter(pl.col("run").is_null())
    elif len(names) > 1:
        said.note(f"taken as one run, though its files call the model {listed(names, MOST_SHOWN)}")
    return frame.with_columns(run=pl.lit(general))


def folder_of(root: Path) -> str:
    """Return how a folder is called: `results` alone says nothing of a run, so with the folder above."""
    above = root.parent.name
    is_plain = root.name.lower() not in _GENERIC or above.lower() in _GENERIC
    return root.name if is_plain else f"{above}/{root.name}"


def _called(folder: str, names: list[str]) -> str:
    """Return a name for a run that nobody named: its folder's, or its model's where that says nothing.

    Where no model is named either, the folder above speaks, so that the `results` of two runs stay two.
    """
    above, _, name = folder.rpartition("/")
    if name.lower() in _GENERIC and len(names) == 1:
        return names[0]
    return above or (name if name not in ("", ".") else "run")


def _are_unlike(names: list[str]) -> bool:
    """Say whether names are of several models; `ck` and `abs/ck` are one, called from two folders."""
    longest = max(names, key=len, default="")
    return any(not f"/{longest}".endswith(f"/{name}") for name in names)


def _chosen(frame: pl.DataFrame, card: Card, said: Said) -> pl.DataFrame:
    """Keep of a file with several runs the one that the card says, under the card's own name."""
    for file in frame["file"].unique(maintain_order=True) if card.told.get("files") else ():
        wanted = card.of("files", file).get("run")
        mine = pl.col("file") == file
        names = frame.filter(mine)["run"].unique().drop_nulls().to_list()
        if not isinstance(wanted, str):
            continue
        if wanted in names and len(names) > 1:
            other = frame.filter(mine & (pl.col("run").fill_null("") != wanted))
            said.leave(other, f"another run than {wanted}")
            frame = frame.filter(~mine | (pl.col("run") == wanted))
        name = wanted if len(_wanted(card)) > 1 else card.text("run") or wanted
        frame = frame.with_columns(run=pl.when(mine).then(pl.lit(name)).otherwise("run"))
    return frame


def _beside(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a file that names no run the only one that is named in its folder, where several are in all.

    So the log of a trainer is of the model whose evaluations lie in its folder; the folder that was added
    tells nothing.
    """
    files = frame.group_by("file", maintain_order=True).agg(pl.col("run").drop_nulls().unique())
    if not _are_unlike(files["run"].explode().drop_nulls().unique().to_list()):
        return frame
    named: dict[str, set[str]] = {}
    for file, runs in files.iter_rows():
        for above in PurePosixPath(file).parents[:-1]:
            named.setdefault(str(above), set()).update(runs)
    found = {}
    for file in files.filter(pl.col("run").list.len() == 0)["file"]:
        nearest = next((n for a in PurePosixPath(file).parents[:-1] if (n := named[str(a)])), set())
        if len(nearest) == 1:
            found[file] = next(iter(nearest))
    told = pl.col("file").replace_strict(found, default=None, return_dtype=pl.String)
    return frame.with_columns(run=pl.coalesce("run", told)) if found else frame


def _wanted(card: Card) -> set[str]:
    """Return the runs that the card names for its files."""
    told = [inner.get("run") for inner in card.told.get("files", {}).values() if isinstance(inner, dict)]
    return {name for name in told if isinstance(name, str)}


def _parted(frame: pl.DataFrame, card: Card, folder: str) -> tuple[pl.DataFrame, bool]:
    """Name runs by their folders or files where those seem to hold one each, and say whether any do."""
    if card.text("runs") == "one":
        return frame, False
    # Where several models are named, those are asked about; what names none may be several beside them.
    names = frame["run"].unique().drop_nulls().to_list()
    mine = frame.filter(pl.col("run").is_null()) if _are_unlike(names) else frame
    parts = runs_by_path(told_by_file(mine, card), card)
    if not parts:
        return frame, False
    general = card.text("run") or _called(folder, [])
    called = {file: "/".join((general, *inner)) for file, inner in parts.items()}
    own = pl.col("file").replace_strict(called, default=None, return_dtype=pl.String)
    if _are_unlike(names):
        own = pl.when(pl.col("run").is_null()).then(own)
    return frame.with_columns(run=pl.coalesce(own, "run", pl.lit(general))), True


def _contradict(frame: pl.DataFrame) -> bool:
    """Say whether two names give other values for one thing at one position (none told is one)."""
    named = frame.filter(pl.col("run").is_not_null())
    met = named.group_by(_SAME).agg(pl.col("run").n_unique(), pl.col("value").n_unique())
    return not met.filter(pl.col("run") > 1, pl.col("value") > 1).is_empty()
