-- two rows of checkpoints have one key
-- severity: error
-- blocking: yes
select checkpoint_id, count(*) as n
from checkpoints
group by all
having count(*) > 1
