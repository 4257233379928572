-- two rows of metrics have one key
-- severity: error
-- blocking: yes
select metric, count(*) as n
from metrics
group by all
having count(*) > 1
