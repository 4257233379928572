"""One source from its published bytes to typed relations and a report of what was met on the way."""

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from emergence.errors import EmergenceError
from pipelines.intake import reading
from pipelines.intake.code import code_behind
from pipelines.intake.facts import read_facts
from pipelines.intake.fetch import Fetched, fetch, shipped
from pipelines.intake.safe_text import safe_frame
from pipelines.intake.spec import Intake, Source, Tables
from pipelines.settings import NOT_ASKED, Settings
from pipelines.warehouse.disk import full, is_full
from pipelines.warehouse.keep import made_anew
from pipelines.warehouse.kept import Kept
from pipelines.warehouse.reports import REPORTS, report_relation
from pipelines.warehouse.store import Record, Store, digest_of

ROOM = "staging"
READ = "read"
"""Where lies what each of one's own runs gave when it was last read."""
PARSE_ERRORS = (Exception, pl.exceptions.PanicException)
"""A panic inside a library is no Exception, and no reason to end a run either."""
log = logging.getLogger("emergence.ingest")


class SourceError(EmergenceError):
    """A source was reached and gave nothing usable."""


def ingest(
    source: Source, settings: Settings, store: Store, *, force: bool = False, anew: Collection[str] = ()
) -> dict[str, Record]:
    """Bring one source into the staging room and return the record of each relation.

    With ``force`` all is read again, or, of what its parse keeps, only the kinds that are wanted ``anew``.

    A source that fails never raises: its last good relations stand (status ``stale``), or empty ones are
    written (``failed``), and the report says why.
    """
    kept, reads_all = Kept(settings.home, READ, anew), force and not anew
    intake = Intake(source.name, made_anew if reads_all else kept)
    try:
        fetched = fetch(source, settings)
        if source.shipped and not fetched.files and _may_be_slice(source, fetched, store):
            fetched = shipped(source)
        key = digest_of(fetched.digest(), source_code(source), source.version, fetched.message)
    except Exception as error:  # a damaged cache or an archive may hold anything, too
        if is_full(error):
            raise full(settings.home, error) from error
        return _keep_last_good(source, Fetched([], "failed", _said(error), None), intake, store)
    known = _known(source, store, key)
    if known and not force:
        return known
    if not fetched.files:
        if source.local:  # nobody dropped anything, or took it away again: that is news, not trouble
            kept.drop_others()
            return _write(source, source.empty(), fetched, intake, store, key)
        return _keep_last_good(source, fetched, intake, store)
    try:
        tables = _checked(source, source.parse(fetched.files, intake), fetched)
        tables = {name: safe_frame(frame) for name, frame in tables.items()}
        if source.local and not reads_all:
            kept.drop_others()
    except PARSE_ERRORS as error:  # a parse may meet anything; one bad source never sinks the others
        failed = replace(fetched, status="failed", message=_said(error))
        return _keep_last_good(source, failed, intake, store)
    broken = "" if source.local else _broken(source, intake, len(fetched.files))
    if broken:
        standing = _good(source, store)
        if sum(record.rows for record in standing.values()) > sum(frame.height for frame in tables.values()):
            return _keep_last_good(source, replace(fetched, status="failed", message=broken), intake, store)
        message = "; ".join(part for part in (fetched.message, broken) if part)
        fetched = replace(fetched, status="partial", message=message)
    return _write(source, tables, fetched, intake, store, key)


def _may_be_slice(source: Source, fetched: Fetched, store: Store) -> bool:
    """Whether a source's slice may be read: nothing stands and it is asked for, or a slice is all there is.

    A slice is a part that nobody fetched; an older one may have other bytes and words.
    """
    if not _good(source, store):
        return fetched.message != NOT_ASKED
    report = pl.read_parquet(store.path(ROOM, report_relation(source.name, "sources")), glob=False)
    return report["status"].item() == "partial" and report["retrieved_at"].item() is None


def _broken(source: Source, intake: Intake, files: int) -> str:
    """Say which files could not be read whole, or nothing; dirt that the source declares is no news."""
    rules = reading.BROKEN - set(source.dirt)
    rejects = [reject for reject in intake.rejects if reject["rule"] in rules]
    if not rejects:
        return ""
    count, first = len({reject["file"] for reject in rejects}), rejects[0]
    return f"{count} of {files} files not read whole, first {first['file']}: {first['message']}"


def _good(source: Source, store: Store) -> dict[str, Record]:
    """Return the records of the relations that a successful ingest left, or none."""
    records = {name: store.record(ROOM, name) for name, _ in source.relations()}
    good = {name: record for name, record in records.items() if record and record.key}
    return good if len(good) == len(records) else {}


def _said(error: BaseException) -> str:
    """Return an error as one line; errors of ours say enough by themselves."""
    log.debug("a source failed", exc_info=error)
    ours = isinstance(error, EmergenceError | OSError)
    return str(error) if ours else f"{type(error).__name__}: {error}"


def _checked(source: Source, tables: Tables, fetched: Fetched) -> Tables:
    """Return the tables if they are as declared and hold anything at all."""
    for name, schema in source.tables.items():
        found = tables[name].schema if name in tables else None
        if found is None or dict(found) != dict(pl.Schema(schema)):
            raise SourceError(f"{source.name}: parse gave {name} as {found}, declared as {dict(schema)}")
    # Of what a user dropped nothing may be usable: that is the user's to know, and no failure of the source.
    if not source.local and not any(frame.height for frame in tables.values()):
        raise SourceError(f"{source.name}: no usable row in {len(fetched.files)} files; see rejects")
    return tables


def _known(source: Source, store: Store, key: str) -> dict[str, Record] | None:
    names = [name for name, _ in source.relations()] + [report_relation(source.name, r) for r in REPORTS]
    records = {name: store.record(ROOM, name) for name in names}
    whole = {name: record for name, record in records.items() if record and record.key == key}
    return (
        {n: Record(r.key, r.digest, r.rows, True) for n, r in whole.items()}
        if len(whole) == len(names)
        else None
    )


def _keep_last_good(source: Source, fetched: Fetched, intake: Intake, store: Store) -> dict[str, Record]:
    good = _good(source, store)
    if good:
        stale = replace(fetched, status="stale", message=f"older data stands: {fetched.message}")
        return good | _write_reports(source, stale, intake, store, "")
    tables = source.empty()
    return _write(source, tables, fetched, intake, store, "")


def _write(
    source: Source, tables: Tables, fetched: Fetched, intake: Intake, store: Store, key: str
) -> dict[str, Record]:
    records = {
        relation: store.write(ROOM, relation, key, tables[table], lambda _: None)
        for relation, table in source.relations()
    }
    return records | _write_reports(source, fetched, intake, store, key)


def _write_reports(
    source: Source, fetched: Fetched, intake: Intake, store: Store, key: str
) -> dict[str, Record]:
    frames = {
        "sources": pl.DataFrame([_source_row(source, fetched)], schema=REPORTS["sources"], orient="row"),
        "files": pl.DataFrame(
            [
                (source.name, file.commit, file.path, file.size, file.sha256, intake.skipped.get(file.path))
                for file in fetched.files
            ],
            schema=REPORTS["files"],
            orient="row",
        ),
        "rejects": intake.reject_frame(),
        "dirt": pl.DataFrame(
            [(source.name, rule, share) for rule, share in source.dirt.items()],
            schema=REPORTS["dirt"],
            orient="row",
        ),
        "claims": intake.claim_frame(),
    }
    return {
        report_relation(source.name, name): store.write(
            ROOM, report_relation(source.name, name), key, safe_frame(frame), lambda _: None
        )
        for name, frame in frames.items()
    }


def _source_row(source: Source, fetched: Fetched) -> tuple[object, ...]:
    return (
        source.name,
        source.title,
        source.address,
        source.version,
        source.licence,
        source.redistribute,
        source.citation,
        fetched.retrieved_at,
        fetched.status,
        fetched.message or None,
    )


def source_code(source: Source) -> str:
    """Digest of the code that turns a source's bytes into relations, with every module that it reaches."""
    return code_behind(Path(source.parse.__code__.co_filename))


def ingest_facts(table: str, store: Store) -> Record:
    """Bring one table of facts into the staging room, under the user's overrides."""
    frame = read_facts(table, store.home / "overrides")
    key = digest_of(table, frame.write_csv(), str(frame.schema))
    known = store.record(ROOM, f"facts_{table}")
    if known and known.key == key:
        return Record(known.key, known.digest, known.rows, True)
    return store.write(ROOM, f"facts_{table}", key, frame, lambda _: None)
