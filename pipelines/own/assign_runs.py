"""Says which run a record is of: the card's, the one that a file names, or each its own."""

from pathlib import Path

import polars as pl

from pipelines.own.card import Card
from pipelines.own.frame import Said
from pipelines.own.reading.found import Kind, Question

# Folders called so say nothing of a run.
_GENERIC = frozenset(
    (
        *("", ".", "results", "result", "output", "outputs", "out", "log", "logs", "run", "runs", "eval"),
        *("evals", "checkpoints", "lightning_logs", "version_0", "tmp", "data", "files", "native"),
    )
)
# A name that is a number, with or without a word before it, tells runs of one folder apart alone.
_BARE = r"^(?i:(?:seed|run|rep|trial|fold|version)?[ _=-]?\d+)$"
# So many losses differ between two folders before they are taken for two runs.
FEWEST_UNLIKE = 2
# Two trackers of one run round otherwise.
ROUNDED = 1e-4
_OF_TEXTS = ' (Losses of several texts: say corpus = "…" below [files."NAME"] for each.)'
_SAME = ["kind", "key", "task", "counter", "number", "tokens"]


def assign_runs(frame: pl.DataFrame, card: Card, folder: str, said: Said) -> pl.DataFrame:
    """Return the records with the name of their run in ``run``; none is empty.

    A file that names several runs holds each as its own, unless the card says which one is meant
    (``[files."x.csv"] run = "…"``). Files that name one run each, and not all the same one, are asked about.
    """
    frame = _by_folders(_chosen(frame, card, said), card, folder)
    frame = _by_files(frame, card, folder)
    named = frame.filter(pl.col("run").is_not_null()).select("file", "run").unique(maintain_order=True)
    per_file = named.group_by("file").len()
    names = named["run"].unique(maintain_order=True).to_list()
    general = card.text("run") or _called(folder, names)
    # Who names the runs of two files has said that they are several.
    several = bool((per_file["len"] > 1).any()) or card.text("runs") == "several" or len(_wanted(card)) > 1
    if several:
        said.note(f"{len(names)} runs are named in one file or more; each is a run of its own")
        # `seed0` of two folders are two runs.
        bare = pl.col("run").str.contains(_BARE)
        run = pl.when(bare).then(pl.format("{}/{}", pl.lit(general), "run")).otherwise("run")
        return frame.with_columns(run=run.fill_null(pl.lit(general)))
    if _are_unlike(names) and card.text("runs") != "one":
        # Evaluated at other steps, too: two models by turns look like one curve.
        shown = ", ".join(names[:4])
        what = "differ at the same steps" if _contradict(frame) else "name several models"
        text = f"files of {shown} {what}: are they one run, or several?"
        if frame.filter(pl.col("run").is_not_null(), kind=Kind.LOSS.value).height:
            text += _OF_TEXTS
        said.ask(Question("runs", text, ("several", "one"), ""))
        said.leave(frame.filter(pl.col("run").is_not_null()), "one run or several: see the question")
        frame = frame.filter(pl.col("run").is_null())
    elif len(names) > 1:
        said.note(f"taken as one run, though its files call the model {', '.join(names[:4])}")
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


def _wanted(card: Card) -> set[str]:
    """Return the runs that the card names for its files."""
    told = [inner.get("run") for inner in card.told.get("files", {}).values() if isinstance(inner, dict)]
    return {name for name in told if isinstance(name, str)}


def _by_folders(frame: pl.DataFrame, card: Card, folder: str) -> pl.DataFrame:
    """Name runs by their folders where logs of two, seed1 and seed2, give other losses at one step."""
    inside = pl.col("file").str.contains("/", literal=True)
    frame = frame.with_columns(inner=pl.when(inside).then(pl.col("file").str.replace(r"/[^/]*$", "")))
    mine = frame.filter(
        pl.col("run").is_null(), pl.col("number").is_not_null() | pl.col("tokens").is_not_null()
    )
    met = (
        mine.filter(kind=Kind.LOSS.value)
        .group_by(_SAME)
        .agg(pl.col("inner"), folders=pl.col("inner").n_unique(), values=pl.col("value").n_unique())
    )
    unlike = met.filter(pl.col("folders") > 1, pl.col("values") > 1)
    if unlike.height < FEWEST_UNLIKE or card.text("runs") == "one":
        return frame.drop("inner")
    general = card.text("run") or _called(folder, [])
    others = unlike["inner"].explode().unique().drop_nulls().to_list()
    called = pl.when(pl.col("inner").is_in(others)).then(pl.format("{}/{}", pl.lit(general), "inner"))
    return frame.with_columns(run=pl.coalesce("run", called.otherwise(pl.lit(general)))).drop("inner")


def _by_files(frame: pl.DataFrame, card: Card, folder: str) -> pl.DataFrame:
    """Name runs by their files where two of one folder, seed0.csv and seed1.csv, are unlike throughout.

    A log that was taken up again in another file begins later than the first; files that tell their date say
    which is newer.
    """
    if card.text("runs") == "one":
        return frame
    files = frame["file"].unique(maintain_order=True).to_list()
    texts = (
        {file: str(card.of("files", file).get("corpus")) for file in files} if card.told.get("files") else {}
    )
    at = pl.coalesce("tokens", "number")
    # What a trainer's state tells in place of a date is how far it had come.
    is_undated = pl.col("written").is_null() | (pl.col("reader") == "trainer_state")
    series = [*_SAME[:4], "metric", "filter", "format", "n_shot", "held_out", "text"]
    mine = (
        frame.filter(pl.col("run").is_null(), is_undated, at.is_not_null())
        .with_columns(
            text=pl.coalesce(
                "corpus", pl.col("file").replace_strict(texts, default=None, return_dtype=pl.String)
            )
        )
        .with_columns(begins=at.min().over("file", *series))
    )
    met = mine.group_by(*series, "begins", "number", "tokens").agg(
        "file", files=pl.col("file").n_unique(), low=pl.col("value").min(), high=pl.col("value").max()
    )
    both = met.filter(pl.col("files") > 1)
    unlike = both.filter(pl.col("high") - pl.col("low") > ROUNDED * pl.col("high").abs())
    if unlike.height < FEWEST_UNLIKE or unlike.height * 2 <= both.height:
        return frame
    others = unlike["file"].explode().unique().to_list()
    general = card.text("run") or _called(folder, [])
    stem = pl.col("file").str.replace(r"\.[^./]*$", "")
    called = pl.when(pl.col("file").is_in(others)).then(pl.format("{}/{}", pl.lit(general), stem))
    return frame.with_columns(run=pl.coalesce("run", called.otherwise(pl.lit(general))))


def _contradict(frame: pl.DataFrame) -> bool:
    """Say whether two names give other values for one thing at one position (none told is one)."""
    named = frame.filter(pl.col("run").is_not_null())
    met = named.group_by(_SAME).agg(pl.col("run").n_unique(), pl.col("value").n_unique())
    return not met.filter(pl.col("run") > 1, pl.col("value") > 1).is_empty()
