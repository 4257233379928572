-- One row a checkpoint, task, format, metric and number of shots that is read against some loss.
select distinct
    source,
    task,
    format,
    metric,
    n_shot,
    checkpoint_id,
    score,
    stderr,
    n_items,
    chance,
    higher_is_better,
from loss_scores
order by source, task, format, metric, n_shot, checkpoint_id
