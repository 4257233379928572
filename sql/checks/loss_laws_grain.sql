-- two rows of loss_laws have one key
-- severity: error
-- blocking: yes
select source, family, corpus, unit, comparability_group, form, points, count(*) as n
from loss_laws
group by all
having count(*) > 1
