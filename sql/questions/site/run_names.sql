-- One row a run whose checkpoints have both losses and scores: what trained it and how far.
-- checkpoint_is_off: whether its last judged checkpoint, all tasks together, fell off the others' curves
with last_judged as (
    select
        checkpoints.run_id,
        arg_max(checkpoint_anomalies.is_off, coalesce(checkpoints.tokens, 0)) as checkpoint_is_off,
    from checkpoint_anomalies
    inner join checkpoints on checkpoints.checkpoint_id = checkpoint_anomalies.checkpoint_id
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
    any_value(last_judged.checkpoint_is_off) as checkpoint_is_off,
from loss_scores
left join last_judged on last_judged.run_id = loss_scores.run_id
group by loss_scores.source, loss_scores.run_id
order by loss_scores.source, loss_scores.run_id
