-- One row a source: where its tables come from, under which terms, and how completely they were read.
-- grain: source
-- use: citation, licence and completeness; the exit code of a run
--
-- title: title of the publication
-- address: where it is published
-- licence: licence of the published tables
-- redistribute: whether copies of its rows may be shared
-- citation: what to cite
-- retrieved_at: when its newest file was first fetched [UTC]
-- files: files found
-- bytes: size of the files found [bytes]
-- files_read: files that were read
-- files_skipped: files left alone on purpose
-- rows_kept: losses and scores that reached the marts
-- rows_duplicate: values equal to one already there
-- rows_rejected: rejected inputs
-- status: ok, partial (files expected and not there), unreachable, failed, or stale (failed, older data stands)
-- message: what stands behind the status
with kept as (
    select
        source,
        count(*) filter (where status = 'kept') as rows_kept,
        count(*) filter (where status = 'duplicate') as rows_duplicate,
    from observations
    group by source
),
rejected as (
    select source, count(*) as rows_rejected from rejects group by source
),
files as (
    select
        source,
        count(*) as files,
        sum(bytes) as bytes,
        count(*) filter (where skipped is null) as files_read,
        count(*) filter (where skipped is not null) as files_skipped,
    from raw_files
    group by source
)
select
    raw_sources.source,
    raw_sources.title,
    raw_sources.address,
    raw_sources.version,
    raw_sources.licence,
    raw_sources.redistribute,
    raw_sources.citation,
    raw_sources.retrieved_at,
    coalesce(files.files, 0) as files,
    cast(coalesce(files.bytes, 0) as bigint) as bytes,
    coalesce(files.files_read, 0) as files_read,
    coalesce(files.files_skipped, 0) as files_skipped,
    coalesce(kept.rows_kept, 0) as rows_kept,
    coalesce(kept.rows_duplicate, 0) as rows_duplicate,
    coalesce(rejected.rows_rejected, 0) as rows_rejected,
    raw_sources.status,
    raw_sources.message,
from raw_sources
left join files on files.source = raw_sources.source
left join kept on kept.source = raw_sources.source
left join rejected on rejected.source = raw_sources.source
order by raw_sources.source
