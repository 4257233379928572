-- two rows of emergence_sizes have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, family, form, points, at_params, count(*) as n
from emergence_sizes
group by all
having count(*) > 1
