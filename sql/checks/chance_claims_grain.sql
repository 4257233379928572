-- two rows of chance_claims have one key
-- severity: error
-- blocking: yes
select publisher, task_as_published, count(*) as n
from chance_claims
group by all
having count(*) > 1
