-- One row a source that gives fewer values than before, or none any more although it did.
-- Reads two attached databases, a (older) and b (newer).
--
-- rows_kept_a, rows_kept_b: values that reached the tables
-- files_a, files_b: files read
select
    a.source,
    a.rows_kept as rows_kept_a,
    coalesce(b.rows_kept, 0) as rows_kept_b,
    a.files as files_a,
    coalesce(b.files, 0) as files_b,
from a.sources as a
left join b.sources as b on b.source = a.source
where coalesce(b.rows_kept, 0) < a.rows_kept
order by a.source
