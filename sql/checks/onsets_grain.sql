-- two rows of onsets have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, run_id, rule, count(*) as n
from onsets
group by all
having count(*) > 1
