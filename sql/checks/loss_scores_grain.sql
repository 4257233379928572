-- two rows of loss_scores have one key
-- severity: error
-- blocking: yes
select checkpoint_id, task, format, metric, n_shot, corpus, unit, count(*) as n
from loss_scores
group by all
having count(*) > 1
