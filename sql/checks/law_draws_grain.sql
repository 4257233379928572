-- two rows of law_draws have one key
-- severity: error
-- blocking: yes
select source, family, corpus, unit, comparability_group, form, points, draw, count(*) as n
from law_draws
group by all
having count(*) > 1
