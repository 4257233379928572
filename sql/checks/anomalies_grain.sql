-- two rows of anomalies have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, checkpoint_id, count(*) as n
from anomalies
group by all
having count(*) > 1
