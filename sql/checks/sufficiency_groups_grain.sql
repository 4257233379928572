-- two rows of sufficiency_groups have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, factor, level, count(*) as n
from sufficiency_groups
group by all
having count(*) > 1
