"""What a source is: where its bytes come from, under which terms, and how they become typed frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.warehouse.keep import Keep, made_anew
from pipelines.warehouse.reports import REJECT_SCHEMA, REPORTS
from pipelines.warehouse.reports import Schema as Schema


@dataclass(frozen=True)
class Origin:
    """One repository at one commit, and which of its files are wanted.

    ``include`` are globs on the path inside the repository (``*`` does not cross a slash, ``**`` does);
    ``expects`` are globs that the public archive is known to satisfy, so that a thinner mirror is called
    ``partial`` and not ``ok``.
    """

    repo: str
    commit: str
    include: tuple[str, ...]
    expects: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The page of this commit, for people."""
        return f"https://github.com/{self.repo}/tree/{self.commit}"


@dataclass(frozen=True)
class RawFile:
    """One fetched file: where it stands in its repository and on this disk, and its digest."""

    path: str
    commit: str
    local: Path
    size: int
    sha256: str

    def read(self) -> bytes:
        """Return the bytes as published."""
        return self.local.read_bytes()


@dataclass
class Intake:
    """Collects what a parse meets: rejected inputs, skipped files, rows read a file.

    ``keep`` may have what an earlier parse made of the same bytes.
    """

    source: str
    keep: Keep = made_anew
    rejects: list[dict[str, str | None]] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    claims: list[pl.DataFrame] = field(default_factory=list)

    def reject(self, file: str, place: str, rule: str, value: object, message: str) -> None:
        """Record one input that cannot be used; ``value`` is kept as text, cut at 200 characters."""
        self.rejects.append(
            {
                "source": self.source,
                "file": file,
                "place": place,
                "rule": rule,
                "value": None if value is None else str(value)[:200],
                "message": message,
            }
        )

    def skip(self, file: str, why: str) -> None:
        """Record a file that is left alone on purpose."""
        self.skipped[file] = why

    def claim(self, frame: pl.DataFrame) -> None:
        """Record what the publisher states of its tasks: any of the columns of ``REPORTS["claims"]``."""
        self.claims.append(frame.with_columns(source=pl.lit(self.source)))

    def claim_frame(self) -> pl.DataFrame:
        """Return the claims as one frame; a column that a publisher does not state is empty."""
        empty = pl.DataFrame(schema=REPORTS["claims"])
        stated = [
            frame.cast({name: REPORTS["claims"][name] for name in frame.columns}) for frame in self.claims
        ]
        return pl.concat([empty, *stated], how="diagonal")

    def reject_frame(self) -> pl.DataFrame:
        """Return the rejects as a frame of ``REJECT_SCHEMA``."""
        return pl.DataFrame(self.rejects, schema=REJECT_SCHEMA, orient="row")


Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Source:
    """A published set of tables.

    ``tables`` gives the name and schema of every frame that ``parse`` returns; the SQL of the staging room
    reads them as ``raw_<source>_<table>``. ``dirt`` declares, by rule, the largest share of a source's rows
    that may be rejected without calling the run incomplete. A source with no origin is embedded: its bytes
    ship with the package in ``facts/``, or lie in the home folder, where ``local`` finds them. ``shipped`` is
    a folder in ``facts/`` that holds a slice of the first origin, for a machine that reaches nothing of it.
    """

    name: str
    title: str
    origins: tuple[Origin, ...]
    licence: str
    citation: str
    redistribute: bool
    tables: Mapping[str, Schema]
    parse: Callable[[list[RawFile], Intake], Tables]
    dirt: Mapping[str, float] = field(default_factory=dict)
    embedded: tuple[str, ...] = ()
    shipped: str = ""
    address: str = ""
    local: Callable[[Path], "list[RawFile]"] | None = None

    @property
    def version(self) -> str:
        """Commits of the origins, or where else its bytes are."""
        return "+".join(origin.commit for origin in self.origins) or ("local" if self.local else "embedded")

    def relations(self) -> Iterator[tuple[str, str]]:
        """Yield (relation, table) for every frame, as the staging SQL names them."""
        for table in self.tables:
            yield f"raw_{self.name}_{table}", table

    def empty(self) -> Tables:
        """Return every frame with its schema and no row."""
        return {table: pl.DataFrame(schema=schema) for table, schema in self.tables.items()}
