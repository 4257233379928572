-- One row a checkpoint, task, format, metric and number of shots: the result of an evaluation.
-- grain: checkpoint_id, task, format, metric, n_shot
-- use: what a fit explains; its chance stands beside it
--
-- score: value of the metric, a fraction where the metric is one
-- score_as_published: the number as printed, where the warehouse converts it
-- stderr: standard error of the score: published, else binomial from n_items
-- stderr_source: published or derived
-- chance: score of guessing under this metric; empty where guessing has no fixed score
select
    observations.checkpoint_id,
    observations.run_id,
    observations.source,
    observations.task,
    observations.format,
    observations.metric,
    observations.n_shot,
    observations.value as score,
    observations.value_as_published as score_as_published,
    coalesce(
        observations.stderr,
        if(
            metrics.role = 'accuracy',
            sqrt(observations.value * (1 - observations.value) / coalesce(observations.n_items, tasks.n_items)),
            null
        )
    ) as stderr,
    case
        when observations.stderr is not null then 'published'
        when metrics.role = 'accuracy' and coalesce(observations.n_items, tasks.n_items) is not null then 'derived'
    end as stderr_source,
    coalesce(observations.n_items, tasks.n_items) as n_items,
    case metrics.chance_rule
        when 'task' then if(observations.format = 'generate', 0, tasks.chance)
        when 'uniform' then 1.0 / tasks.n_choices
        when 'brier_sum' then 1.0 - 1.0 / tasks.n_choices
        when 'brier_mean' then (1.0 - 1.0 / tasks.n_choices) / tasks.n_choices
    end as chance,
    observations.version,
    observations.file,
    observations.place,
from observations
inner join metrics on metrics.metric = observations.metric
inner join tasks on tasks.task = observations.task
where observations.status = 'kept' and observations.kind = 'score'
order by observations.task, observations.format, observations.metric, observations.n_shot, observations.checkpoint_id
