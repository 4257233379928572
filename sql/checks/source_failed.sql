-- a source was reached and failed
-- severity: error
-- blocking: no
select source, status, message
from sources
where status in ('failed', 'stale')
