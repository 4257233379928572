-- One row a checkpoint, task, format, metric and number of shots that is read against some loss.
with read as (
    select distinct source, checkpoint_id from checkpoint_losses
)
select
    read.source,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    scores.checkpoint_id,
    scores.score,
    scores.stderr,
    scores.n_items,
    scores.chance,
    metrics.higher_is_better,
from scores
inner join read on read.checkpoint_id = scores.checkpoint_id
inner join metrics on metrics.metric = scores.metric
order by read.source, scores.task, scores.format, scores.metric, scores.n_shot, scores.checkpoint_id
