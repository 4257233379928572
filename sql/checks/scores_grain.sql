-- two rows of scores have one key
-- severity: error
-- blocking: yes
select checkpoint_id, task, format, metric, n_shot, count(*) as n
from scores
group by all
having count(*) > 1
