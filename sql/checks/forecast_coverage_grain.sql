-- two rows of forecast_coverage have one key
-- severity: error
-- blocking: yes
select source, task, format, metric, n_shot, corpus, unit, comparability_group, count(*) as n
from forecast_coverage
group by all
having count(*) > 1
