-- two rows of universality have one key
-- severity: error
-- blocking: yes
select source, corpus, unit, comparability_group, format, count(*) as n
from universality
group by all
having count(*) > 1
