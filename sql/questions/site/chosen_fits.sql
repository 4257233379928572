-- One row a fit of a task, the best-known setting first: an accuracy, in the format that most sources ask it in, on
-- the loss that its source is judged on, and of those the clearest verdict.
-- chance_dispute: where its chance is in dispute, what is said for which
with asked as (
    select format, count(distinct source) as n_sources
    from thresholds
    where task = $task
    group by format
)
select
    thresholds.*,
    coalesce(tasks.title, thresholds.task) as task_title,
    coalesce(metrics.title, thresholds.metric) as metric_title,
    coalesce(metrics.higher_is_better, true) as higher_is_better,
    thresholds.loss_at_2_points is not null as is_identified,
    if(thresholds.chance_disputed, task_chance.reason, null) as chance_dispute,
from thresholds
left join asked on asked.format = thresholds.format
left join tasks on tasks.task = thresholds.task
left join metrics on metrics.metric = thresholds.metric
left join summary on summary.series_id = thresholds.series_id
left join task_chance
    on task_chance.source = thresholds.source
    and task_chance.task = thresholds.task
    and task_chance.format is not distinct from thresholds.format
where thresholds.task = $task
order by
    coalesce(metrics.role = 'accuracy', false) desc,
    asked.n_sources desc,
    summary.series_id is not null desc,
    thresholds.verdict_rank,
    thresholds.n_runs desc,
    thresholds.r2_isotonic desc nulls last,
    thresholds.source, thresholds.format, thresholds.metric, thresholds.n_shot, thresholds.corpus
