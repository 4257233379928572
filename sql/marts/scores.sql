-- One row a checkpoint, task, format, metric and number of shots: the result of an evaluation.
-- grain: checkpoint_id, task, format, metric, n_shot
-- use: what a fit explains; its chance stands beside it
-- partition: task; whole: metrics, task_chance, tasks
-- apart: own
--
-- score: value of the metric, a fraction where the metric is one
-- score_as_published: the number as printed, where the warehouse converts it
-- stderr: standard error of the score: published, else binomial from n_items
-- stderr_source: published or derived
-- n_items: number of questions behind the score [items]
-- chance: score of guessing under this metric, in this source and format; empty where guessing has no fixed score
-- chance_disputed: whether that chance is in dispute (see task_chance)
-- is_aggregate: whether the warehouse computed this score as a mean over the parts of a benchmark
-- aggregated_from: over how many parts an aggregate is the mean, and how they are weighted; empty for a published score
-- file: path of the file inside its source; for an aggregate that of its first part
-- place: row, column or key inside the file; for an aggregate how many parts in how many files
with published as (
    select
        checkpoint_id,
        run_id,
        source,
        task,
        format,
        metric,
        n_shot,
        value as score,
        value_as_published as score_as_published,
        stderr,
        if(stderr is null, null, 'published') as stderr_source,
        n_items,
        false as is_aggregate,
        version,
        file,
        place,
    from observations
    where status = 'kept' and kind = 'score'
),
stacked as (
    select * from published
    union all by name
    select *, if(stderr is null, null, 'derived') as stderr_source, true as is_aggregate
    from aggregate_scores
),
asked as (
    -- How many questions one run of one's own was asked says nothing of the others.
    select source, task, format, chance, chance_disputed, if(source = 'own', null, n_items) as n_items,
    from task_chance
)
select
    stacked.checkpoint_id,
    stacked.run_id,
    stacked.source,
    stacked.task,
    stacked.format,
    stacked.metric,
    stacked.n_shot,
    stacked.score,
    stacked.score_as_published,
    coalesce(
        stacked.stderr,
        if(
            metrics.role = 'accuracy',
            sqrt(stacked.score * (1 - stacked.score) / coalesce(stacked.n_items, asked.n_items, tasks.n_items)),
            null
        )
    ) as stderr,
    case
        when stacked.stderr_source is not null then stacked.stderr_source
        when metrics.role = 'accuracy' and coalesce(stacked.n_items, asked.n_items, tasks.n_items) is not null
            then 'derived'
    end as stderr_source,
    coalesce(stacked.n_items, asked.n_items, tasks.n_items) as n_items,
    case metrics.chance_rule
        when 'task' then asked.chance
        when 'uniform' then 1.0 / tasks.n_choices
        when 'brier_sum' then 1.0 - 1.0 / tasks.n_choices
        when 'brier_mean' then (1.0 - 1.0 / tasks.n_choices) / tasks.n_choices
    end as chance,
    metrics.chance_rule = 'task' and coalesce(asked.chance_disputed, false) as chance_disputed,
    stacked.is_aggregate,
    stacked.aggregated_from,
    stacked.version,
    stacked.file,
    stacked.place,
from stacked
inner join metrics on metrics.metric = stacked.metric
inner join tasks on tasks.task = stacked.task
left join asked
    on asked.source = stacked.source
    and asked.task = stacked.task
    and asked.format is not distinct from stacked.format
order by stacked.task, stacked.format, stacked.metric, stacked.n_shot, stacked.checkpoint_id
