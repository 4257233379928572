-- two rows of largest_sizes have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, count(*) as n
from largest_sizes
group by all
having count(*) > 1
