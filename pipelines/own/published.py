"""The axes of loss that the newest release has, but for those that only one's own runs are on."""

from pathlib import Path

import polars as pl

from pipelines.intake.facts import read_facts
from pipelines.keys import OWN
from pipelines.own.report import Axis
from pipelines.release.open_release import latest_release


def published_axes(home: Path) -> list[Axis]:
    """Return the axes of the newest release; before the first, the texts that the facts name."""
    release = latest_release(home)
    if release is None:
        rows = read_facts("corpora").select("source", "corpus").unique(maintain_order=True).iter_rows()
        return [Axis(f"{corpus} ({source})", corpus, source, True) for source, corpus in rows]
    table = pl.read_parquet(release.folder / "tables" / "corpora.parquet", glob=False)
    axes = []
    for group, corpus, sources in table.select("comparability_group", "corpus", "sources").iter_rows():
        others = [name for name in sources.split(", ") if name != OWN]
        if others:
            axes.append(Axis(group, corpus, ", ".join(others)))
    return axes
