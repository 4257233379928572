"""Claims of one's own: a file each in ``<home>/overrides/claims/``, judged with the published ones."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from emergence.errors import InputError

FOLDER = "claims"
TOLD = {
    "authors_year": "one's own",
    "citation": "",
    "statement": "",
    "in_short": "",
    "how_read": "stated by its author",
    "condition": "",
    "test": "",
    "published": "none",
    "would_change": "",
    "rule": "none",
}
"""What a file may tell in words, and what stands where it does not."""
JUDGED: dict[str, type[pl.DataType]] = {
    "test_name": pl.String,
    "sql": pl.String,
    "only": pl.String,
    "at_least": pl.Float64,
    "at_most": pl.Float64,
}
"""How a claim of one's own is judged; empty for the published ones, whose test has their name."""
COLUMNS = (
    "source",
    "corpus",
    "unit",
    "task",
    "format",
    "metric",
    "n_shot",
    "training_corpus",
    "family",
    "run_id",
)
KEYS = {"claim_id", *TOLD, "sql", "only", "at_least", "at_most"}


def with_own_claims(published: pl.DataFrame, overrides: Path | None) -> pl.DataFrame:
    """The published claims and after them the user's, whose files say how they are judged.

    Raises InputError naming the file and what is wrong in it.
    """
    schema: dict[str, type[pl.DataType]] = {"claim_id": pl.String, **dict.fromkeys(TOLD, pl.String), **JUDGED}
    stated = published.with_columns(pl.lit(None, kind).alias(name) for name, kind in JUDGED.items())
    rows = [_claim(path) for path in claim_files(overrides)]
    own = pl.DataFrame(rows, schema=schema)
    both = pl.concat([stated.select(list(schema)), own])
    twice = both.filter(pl.col("claim_id").is_duplicated())
    if twice.height:
        raise InputError(f"overrides/{FOLDER}: the claim_id {twice['claim_id'][0]} is there twice")
    return both


def claim_files(overrides: Path | None) -> list[Path]:
    """The user's files, in order of name."""
    return sorted((overrides / FOLDER).glob("*.toml")) if overrides else []


def claims_digest(overrides: Path) -> str:
    """Digest of the user's files; of nothing where there are none."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in claim_files(overrides))).hexdigest()


def _claim(path: Path) -> dict[str, Any]:
    """One file as a row."""
    try:
        told = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no TOML: {error}") from error
    problem = _problem(told)
    if problem:
        raise InputError(f"{path}: {problem}")
    name, limit = told.get("test"), _limit(told)
    words = {key: str(told.get(key, default)) for key, default in TOLD.items()}
    how = f"the test of {name}" if name else f"its own SQL; supported where the interval is {limit}"
    only = told.get("only", {})
    return {
        **words,
        "claim_id": told["claim_id"],
        "in_short": words["in_short"] or words["statement"],
        "condition": words["condition"] or ", ".join(f"{c}: {' or '.join(v)}" for c, v in only.items()),
        "test": how,
        "test_name": name,
        "sql": told.get("sql"),
        "only": json.dumps(only, sort_keys=True) if only else None,
        "at_least": told.get("at_least"),
        "at_most": told.get("at_most"),
    }


def _limit(told: dict[str, Any]) -> str:
    return f"{told['at_least']:g} or more" if "at_least" in told else f"{told.get('at_most', 0):g} or less"


def _problem(told: dict[str, Any]) -> str | None:
    """What is wrong with a claim's file, in words."""
    unknown = sorted(set(told) - KEYS)
    if unknown:
        return f"unknown {', '.join(unknown)}; known: {', '.join(sorted(KEYS))}"
    for key in ("claim_id", "statement"):
        if not isinstance(told.get(key), str) or not told[key].strip():
            return f"{key} is missing or no text"
    if ("test" in told) == ("sql" in told):
        return "either test (the name of a published claim's test) or sql is needed, and not both"
    limits = [key for key in ("at_least", "at_most") if key in told]
    if "sql" in told and (len(limits) != 1 or not isinstance(told[limits[0]], int | float)):
        return "sql needs one limit: at_least or at_most, a number"
    only = told.get("only", {})
    bad = [
        c
        for c in only
        if c not in COLUMNS or not isinstance(only[c], list) or not all(isinstance(v, str) for v in only[c])
    ]
    return f"only: {', '.join(bad)}; wanted: a list of texts for {', '.join(COLUMNS)}" if bad else None
