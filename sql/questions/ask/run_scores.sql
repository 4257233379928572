-- One row a checkpoint, accuracy and axis of loss of one run, with how many other runs of its source know that curve.
select
    loss_scores.series_id,
    loss_scores.source as run_source,
    loss_scores.task,
    loss_scores.format,
    loss_scores.metric,
    loss_scores.n_shot,
    loss_scores.corpus,
    loss_scores.unit,
    loss_scores.comparability_group,
    loss_scores.checkpoint_id,
    loss_scores.tokens,
    cast(loss_scores.params as double) as params,
    loss_scores.loss,
    loss_scores.score,
    coalesce(forecast_coverage.coverage is not null, false) as is_held_out,
from loss_scores
inner join metrics on metrics.metric = loss_scores.metric
left join forecast_coverage on forecast_coverage.series_id = loss_scores.series_id
where loss_scores.run_id = $run and metrics.role = 'accuracy' and not loss_scores.circular
order by all
