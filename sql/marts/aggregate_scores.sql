-- One row a checkpoint, aggregate task, format, metric and number of shots: a mean over the parts of a benchmark.
-- grain: checkpoint_id, task, format, metric, n_shot
-- use: scores takes these rows beside the published ones; internal
-- partition: source, sorted again; whole: facts_task_parts, metrics, tasks
--
-- The warehouse computes these means, no source publishes them: MMLU over its 57 subjects, or over four groups of them.
-- A mean is taken only where every part is there, within one format, metric and number of shots, and only where the
-- source does not publish the aggregate itself. Weights are those of facts_task_parts: 1 for each part, or its items.
--
-- score: weighted mean of the parts' scores
-- stderr: standard error of that mean, the parts taken as independent; empty where a part has none
-- n_items: items of all parts together [items]
-- aggregated_from: over how many parts the mean is, and how they are weighted
-- file: file of the first part
-- place: how many parts of that file, or of several files, stand behind the mean
with wanted as (
    select source, task, count(*) as n_parts, min(weight) = max(weight) as is_unweighted
    from facts_task_parts
    group by source, task
),
parts as (
    select
        observations.checkpoint_id,
        observations.run_id,
        observations.source,
        facts_task_parts.task,
        facts_task_parts.weight,
        observations.format,
        observations.metric,
        observations.n_shot,
        observations.value as score,
        coalesce(observations.n_items, tasks.n_items) as n_items,
        coalesce(
            observations.stderr,
            if(
                metrics.role = 'accuracy',
                sqrt(observations.value * (1 - observations.value) / coalesce(observations.n_items, tasks.n_items)),
                null
            )
        ) as stderr,
        observations.version,
        observations.file,
    from observations
    inner join facts_task_parts
        on facts_task_parts.source = observations.source and facts_task_parts.part = observations.task
    inner join metrics on metrics.metric = observations.metric
    inner join tasks on tasks.task = observations.task
    where observations.status = 'kept' and observations.kind = 'score'
),
published as (
    select distinct observations.source, observations.task
    from observations
    inner join wanted on wanted.source = observations.source and wanted.task = observations.task
    where observations.status = 'kept'
)
select
    parts.checkpoint_id,
    any_value(parts.run_id) as run_id,
    parts.source,
    parts.task,
    parts.format,
    parts.metric,
    parts.n_shot,
    -- Sums of decimals are exact, so that the order of the parts shows in no bit.
    round(cast(sum(cast(parts.weight * parts.score as decimal(38, 20))) as double) / sum(parts.weight), 14) as score,
    if(
        count(parts.stderr) = count(*),
        round(
            sqrt(cast(sum(cast((parts.weight * parts.stderr) ** 2 as decimal(38, 20))) as double)) / sum(parts.weight),
            14
        ),
        null
    ) as stderr,
    cast(sum(parts.n_items) as bigint) as n_items,
    'mean of ' || any_value(wanted.n_parts) || ' parts, '
    || if(any_value(wanted.is_unweighted), 'unweighted', 'weighted by items') as aggregated_from,
    min(parts.version) as version,
    min(parts.file) as file,
    count(*) || ' parts in ' || count(distinct parts.file) || ' files' as place,
from parts
inner join wanted on wanted.source = parts.source and wanted.task = parts.task
anti join published on published.source = parts.source and published.task = parts.task
group by parts.checkpoint_id, parts.source, parts.task, parts.format, parts.metric, parts.n_shot
having count(*) = any_value(wanted.n_parts)
order by parts.task, parts.format, parts.metric, parts.n_shot, parts.checkpoint_id
