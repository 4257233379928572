-- One row a source that gave rows: what to cite, and what its licence lets others do.
-- grain: source
-- use: the list of references of whatever is made from the warehouse
select
    sources.source,
    sources.title,
    sources.citation,
    sources.licence,
    sources.redistribute,
    sources.address,
    sources.version,
    sources.rows_kept,
from sources
where sources.rows_kept > 0
