-- an accuracy has no chance to be compared with, and its task does not say why
-- severity: warning
-- blocking: no
select scores.source, scores.task, count(*) as n
from scores
inner join metrics on metrics.metric = scores.metric
inner join tasks on tasks.task = scores.task
where
    metrics.role = 'accuracy'
    and metrics.chance_rule = 'task'
    and scores.chance is null
    and (tasks.chance_kind is distinct from 'unknown' or tasks.chance_reason is null)
group by scores.source, scores.task
