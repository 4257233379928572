-- two rows of forecasts have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, scenario, count(*) as n
from forecasts
group by all
having count(*) > 1
