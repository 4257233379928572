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
)
select
    loss_scores.source,
    loss_scores.run_id,
    any_value(loss_scores.model) as model,
    any_value(loss_scores.family) as family,
    any_value(loss_scores.params) as params,
    any_value(loss_scores.training_corpus) as training_corpus,
    count(distinct loss_scores.checkpoint_id) as n_checkpoints,
    count(distinct loss_scores.task) as n_tasks,
    max(loss_scores.tokens) as tokens,
    coalesce(any_value(fallen.n_fallen), 0) as n_fallen,
    any_value(fallen.fell_at) as fell_at,
from loss_scores
left join fallen on fallen.run_id = loss_scores.run_id
group by loss_scores.source, loss_scores.run_id
order by loss_scores.source, loss_scores.run_id
