-- One row a source: what was read of it.
-- is_joint: whether it is a meeting of two others, and so carries the versions of both
select
    source, status, files, rows_kept, rows_duplicate, rows_rejected, new_names, message,
    version in (select losses.version || '+' || scores.version from sources as losses, sources as scores) as is_joint,
from sources
order by source
