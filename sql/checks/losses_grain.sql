-- two rows of losses have one key
-- severity: error
-- blocking: yes
select checkpoint_id, corpus, unit, revision, count(*) as n
from losses
group by all
having count(*) > 1
