"""What changed between two releases: the queries of sql/questions/diff on both, told in a few lines."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.release.open_release import DATABASE, OlderReleaseError, open_together
from pipelines.warehouse.questions import names_in

FAR = 2.0  # standard errors from which a threshold is said to have moved far


@dataclass(frozen=True)
class DiffReport:
    """The difference of two releases: a frame a query of sql/questions/diff, columns as said in its head.

    `skipped` says, by the name of a query, why it could not be run: an older release lacks a column.
    """

    tables: pl.DataFrame
    rows: pl.DataFrame
    sources: pl.DataFrame
    shrunk: pl.DataFrame
    thresholds: pl.DataFrame
    verdicts: pl.DataFrame
    claims: pl.DataFrame
    skipped: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether the two releases hold the same."""
        counted = pl.col("rows_added") + pl.col("rows_gone") + pl.col("rows_changed") > 0
        same_tables = self.tables.filter(
            (pl.col("rows_a").ne_missing(pl.col("rows_b")))
            | pl.any_horizontal(pl.col("columns_added", "columns_gone", "columns_retyped").is_not_null())
        ).is_empty()
        rows = self.rows.filter(counted) if self.rows.width else self.rows
        frames = (rows, self.sources, self.shrunk, self.thresholds, self.verdicts, self.claims)
        return same_tables and not self.skipped and all(frame.is_empty() for frame in frames)

    def lines(self) -> list[str]:
        """The difference in sentences, greatest shifts first: for a terminal and the changelog of data."""
        if self.is_empty:
            return ["Nothing changed."]
        return [
            *_table_lines(self.tables),
            *(f"Source {r['source']}: {_source_words(r)}." for r in self.sources.to_dicts()),
            *self.warnings(),
            *_row_lines(self.rows),
            *_threshold_lines(self.thresholds),
            *_verdict_lines(self.verdicts),
            *_claim_lines(self.claims),
            *(f"Not compared: {name} ({why})." for name, why in self.skipped.items()),
        ]

    def warnings(self) -> list[str]:
        """What nobody may have meant: the sources that give fewer values than before, with numbers."""
        return [
            f"Source {row['source']} shrank: {row['rows_kept_a']:,} → {row['rows_kept_b']:,} values kept, "
            f"{row['files_a']:,} → {row['files_b']:,} files."
            for row in self.shrunk.to_dicts()
        ]


def diff_releases(a: Path, b: Path) -> DiffReport:
    """Compare release `a` (older) with `b` (newer), each a release's folder or its database.

    Raises InputError if either is no release.
    """
    older, newer = (path / DATABASE if path.is_dir() else path for path in (a, b))
    frames, skipped = {}, {}
    with open_together(a=older, b=newer) as questions:
        for question in names_in("diff"):
            name = question.removeprefix("diff/")
            try:
                frames[name] = questions.ask(question)
            except OlderReleaseError as error:
                frames[name], skipped[name] = pl.DataFrame(), error.why
    return DiffReport(**frames, skipped=skipped)


def _table_lines(tables: pl.DataFrame) -> list[str]:
    said = []
    for row in tables.to_dicts():
        name = row["table_name"]
        if row["rows_a"] is None or row["rows_b"] is None:
            said.append(f"Table {name}: {'added' if row['rows_a'] is None else 'gone'}.")
            continue
        changes = {change: row[f"columns_{change}"] for change in ("added", "gone", "retyped")}
        said += [
            f"Table {name}: columns {change}: {columns}." for change, columns in changes.items() if columns
        ]
    return said


def _source_words(row: dict[str, object]) -> str:
    match row["change"]:
        case "added" | "gone":
            return str(row["change"])
        case "updated":
            return f"version {row['version_a']} → {row['version_b']}"
    return f"{row['status_a']} ({row['files_a']} files) → {row['status_b']} ({row['files_b']} files)"


def _row_lines(rows: pl.DataFrame) -> list[str]:
    said = []
    for row in rows.to_dicts():
        counts = {change: row[f"rows_{change}"] for change in ("added", "gone", "changed")}
        if any(counts.values()):
            parts = ", ".join(f"{count:,} {change}" for change, count in counts.items() if count)
            said.append(f"Rows of {row['table_name']}: {parts}.")
    return said


def _threshold_lines(thresholds: pl.DataFrame, shown: int = 10) -> list[str]:
    if thresholds.is_empty():
        return []
    counts = thresholds.group_by("change", maintain_order=True).len().sort("change")
    parts = ", ".join(f"{count:,} {change}" for change, count in counts.iter_rows())
    far = thresholds.filter(pl.col("n_standard_errors").abs() >= FAR)
    by_far = f"; {far.height:,} by {FAR:g} standard errors or more" if "moved" in counts["change"] else ""
    said = [f"Thresholds: {parts}{by_far}."]
    said += [
        f"  {r['source']} {r['task']} ({r['metric']}, {r['corpus']}): {r['eta_a']:.3f} → {r['eta_b']:.3f},"
        f" {r['n_standard_errors']:+z.1f} standard errors"
        for r in far.head(shown).to_dicts()
    ]
    return said + ([f"  and {far.height - shown:,} more"] if far.height > shown else [])


def _verdict_lines(verdicts: pl.DataFrame) -> list[str]:
    if verdicts.is_empty():
        return []
    counts = (
        verdicts.group_by("verdict_a", "verdict_b")
        .len()
        .sort(["len", "verdict_a", "verdict_b"], descending=[True, False, False])
    )
    return [
        f"Verdicts changed: {verdicts.height:,}.",
        *(f"  {old} → {new}: {count:,}" for old, new, count in counts.iter_rows()),
    ]


def _claim_lines(claims: pl.DataFrame) -> list[str]:
    """Every claim whose verdict changed, from what to what, and what of its source did."""
    if claims.is_empty():
        return []
    said = []
    for row in claims.to_dicts():
        place = row["source"] if row["format"] == "any" else f"{row['source']} ({row['format']})"
        turn = f"{row['verdict_a'] or 'none'} → {row['verdict_b'] or 'none'}"
        said.append(f"  {row['claim_id']} on {place}: {turn}; {row['why']}. {_moved(row)}")
    return [f"Verdicts on claims changed: {claims.height:,}.", *said]


def _moved(row: dict[str, object]) -> str:
    """The statistic before and after, where there is one, with the reason of today."""
    ends = [
        f"{row[f'value_{k}']:.3g} (n {row[f'n_{k}']})" if row[f"value_{k}"] is not None else "none"
        for k in "ab"
    ]
    return f"{ends[0]} → {ends[1]}; {row['reason_b'] or row['reason_a']}."
