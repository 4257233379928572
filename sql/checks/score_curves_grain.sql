-- two rows of score_curves have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, loss, count(*) as n
from score_curves
group by all
having count(*) > 1
