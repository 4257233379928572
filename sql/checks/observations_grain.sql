-- two rows of observations have one key
-- severity: error
-- blocking: yes
select source, version, file, place, kind, revision, count(*) as n
from observations
group by all
having count(*) > 1
