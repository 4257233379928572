-- two rows of sources have one key
-- severity: error
-- blocking: yes
select source, count(*) as n
from sources
group by all
having count(*) > 1
