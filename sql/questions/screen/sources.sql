-- One row a source: what was read of it.
select source, status, files, rows_kept, rows_duplicate, rows_rejected, message
from sources
order by source
