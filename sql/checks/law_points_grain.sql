-- two rows of law_points have one key
-- severity: error
-- blocking: yes
select checkpoint_id, corpus, unit, count(*) as n
from law_points
group by all
having count(*) > 1
