-- One row a file of a source: what it is, and what came of it.
-- grain: source, version, file
-- use: which bytes stand behind a source's rows; the completeness of a source, file by file
-- partition: source
--
-- bytes: size of the file [bytes]
-- sha256: digest of the file's bytes
-- skipped: why the file was left alone on purpose; empty for a file that was read
-- rows_kept: losses and scores of this file that reached the marts
-- rows_duplicate: values of this file that are equal to one already there
-- rows_rejected: rejected inputs of this file
with judged as (
    select
        source,
        version,
        file,
        count(*) filter (where status = 'kept') as rows_kept,
        count(*) filter (where status = 'duplicate') as rows_duplicate,
    from observations
    group by source, version, file
),
rejected as (
    select source, file, count(*) as rows_rejected from rejects group by source, file
)
select
    raw_files.source,
    raw_files.version,
    raw_files.file,
    raw_files.bytes,
    raw_files.sha256,
    raw_files.skipped,
    coalesce(judged.rows_kept, 0) as rows_kept,
    coalesce(judged.rows_duplicate, 0) as rows_duplicate,
    coalesce(rejected.rows_rejected, 0) as rows_rejected,
from raw_files
left join judged
    on judged.source = raw_files.source
    and judged.file = raw_files.file
    -- A score whose model file is missing does not know its commit.
    and coalesce(judged.version, raw_files.version) = raw_files.version
left join rejected on rejected.source = raw_files.source and rejected.file = raw_files.file
order by raw_files.source, raw_files.version, raw_files.file
