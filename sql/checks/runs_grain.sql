-- two rows of runs have one key
-- severity: error
-- blocking: yes
select run_id, count(*) as n
from runs
group by all
having count(*) > 1
