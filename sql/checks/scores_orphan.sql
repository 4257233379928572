-- a score belongs to no checkpoint, task or metric
-- severity: error
-- blocking: yes
select scores.checkpoint_id, scores.task, scores.metric
from scores
left join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
left join tasks on tasks.task = scores.task
left join metrics on metrics.metric = scores.metric
where checkpoints.checkpoint_id is null or tasks.task is null or metrics.metric is null
