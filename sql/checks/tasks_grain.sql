-- two rows of tasks have one key
-- severity: error
-- blocking: yes
select task, count(*) as n
from tasks
group by all
having count(*) > 1
