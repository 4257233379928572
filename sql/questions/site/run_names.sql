-- One row a run whose checkpoints have both losses and scores: what trained it and how far.
-- n_fallen: checkpoints that, all tasks together, fell off the others' curves on some loss
-- fell_at: tokens of the last of them
with fallen as (
    select
        checkpoints.run_id,
        count(distinct checkpoints.checkpoint_id) as n_fallen,
        max(checkpoints.tokens) as fell_at,
    from checkpoint_anomalies
    inner join checkpoints on checkpoints.checkpoint_id = checkpoint_anomalies.checkpoint_id
    where checkpoint_anomalies.is_off
    group by checkpoints.run_id
),
read as (
    select distinct source, checkpoint_id from checkpoint_losses
)
select
    read.source,
    runs.run_id,
    any_value(runs.model) as model,
    any_value(runs.family) as family,
    any_value(runs.params) as params,
    any_value(runs.training_corpus) as training_corpus,
    count(distinct scores.checkpoint_id) as n_checkpoints,
    count(distinct scores.task) as n_tasks,
    max(checkpoints.tokens) as tokens,
    coalesce(any_value(fallen.n_fallen), 0) as n_fallen,
    any_value(fallen.fell_at) as fell_at,
from scores
inner join read on read.checkpoint_id = scores.checkpoint_id
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
inner join runs on runs.run_id = checkpoints.run_id
left join fallen on fallen.run_id = runs.run_id
group by read.source, runs.run_id
order by read.source, runs.run_id
