-- two rows of task_chance have one key
-- severity: error
-- blocking: yes
select source, task, format, count(*) as n
from task_chance
group by all
having count(*) > 1
