-- One row a source that came, went, or was read from another version or with another status.
-- Reads two attached databases, a (older) and b (newer).
--
-- change: added, gone, updated (another version), or status (same version, read with another result)
select
    coalesce(b.source, a.source) as source,
    case
        when a.source is null then 'added'
        when b.source is null then 'gone'
        when a.version is distinct from b.version then 'updated'
        else 'status'
    end as change,
    a.version as version_a,
    b.version as version_b,
    a.status as status_a,
    b.status as status_b,
    a.files as files_a,
    b.files as files_b,
from a.sources as a
full outer join b.sources as b on a.source = b.source
where a.source is null or b.source is null
    or a.version is distinct from b.version
    or a.status is distinct from b.status
    or a.files is distinct from b.files
order by source
