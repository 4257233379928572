-- One row a score of one run, on record whether it met a curve or not; with the axes of loss that it meets, if any.
select
    scores.checkpoint_id,
    checkpoints.step,
    checkpoints.tokens,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    scores.score,
    scores.stderr,
    metrics.role = 'accuracy' as is_accuracy,
    list(loss_scores.comparability_group order by loss_scores.comparability_group)
        filter (where loss_scores.comparability_group is not null and not loss_scores.circular) as groups,
    coalesce(bool_and(loss_scores.circular), false) as circular,
from scores
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
inner join metrics on metrics.metric = scores.metric
left join loss_scores
    on loss_scores.checkpoint_id = scores.checkpoint_id
    and loss_scores.run_id = scores.run_id
    and loss_scores.task = scores.task
    and loss_scores.format is not distinct from scores.format
    and loss_scores.metric = scores.metric
    and loss_scores.n_shot is not distinct from scores.n_shot
where scores.run_id = $run
group by all
order by checkpoints.tokens, scores.task, scores.format, scores.metric, scores.n_shot, scores.checkpoint_id
