-- One row a checkpoint, accuracy and axis of loss of one run, with whether the other runs of its source draw that curve.
-- is_held_out: three runs or more of its source have the curve, so that it can be held against the others
-- is_surrounded: the losses of those others surround this one
with mine as (
    select
        series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
        checkpoint_id, tokens, params, loss, score, n_items,
    from loss_scores
    where run_id = $run and not circular
),
others as (
    select
        series_id,
        min(loss) as loss_low,
        max(loss) as loss_high,
    from loss_scores
    where run_id <> $run and series_id in (select series_id from mine)
    group by series_id
)
select
    mine.series_id,
    mine.source as run_source,
    mine.task,
    mine.format,
    mine.metric,
    mine.n_shot,
    mine.corpus,
    mine.unit,
    mine.comparability_group,
    mine.checkpoint_id,
    mine.tokens,
    cast(mine.params as double) as params,
    mine.loss,
    mine.score,
    cast(mine.n_items as bigint) as n_items,
    coalesce(forecast_coverage.coverage is not null, false) as is_held_out,
    coalesce(mine.loss between others.loss_low and others.loss_high, false) as is_surrounded,
from mine
inner join metrics on metrics.metric = mine.metric
left join forecast_coverage on forecast_coverage.series_id = mine.series_id
left join others on others.series_id = mine.series_id
where metrics.role = 'accuracy'
order by all
