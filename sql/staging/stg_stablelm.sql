-- One row a public model and measured value of StableLM's evaluations, in the common shape.
-- grain: run, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model stands at its last checkpoint; its size is as its name says it, where it does. The perplexity of LAMBADA's
-- last words is a score like any other here, since it is taken on the words that the accuracy asks for.
with tasks as (
    select
        published.task,
        published.task_version,
        coalesce(any_value(formats.format), 'rc') as format,
    from (select distinct task, task_version from raw_stablelm_values) as published
    left join facts_harness_formats as formats
        on starts_with(published.task, formats.task_prefix)
        and coalesce(formats.version = published.task_version, formats.version is null)
    group by published.task, published.task_version
),
runs as (
    select
        *,
        regexp_extract(model, '([^/]+)$', 1) as name,
        regexp_extract(lower(name), '(?:^|[-_])([0-9.]+)(b|m)([0-9]?)(?:$|[-_])', ['whole', 'scale', 'tenth']) as rounded,
    from raw_stablelm_evaluations
)
select
    'stablelm' as source,
    runs.model as run,
    runs.model,
    regexp_replace(runs.name, '[-_]\d.*$', '') as family,
    case
        when runs.rounded.whole <> '' then cast(
            cast(runs.rounded.whole || if(runs.rounded.tenth = '', '', '.' || runs.rounded.tenth) as double)
            * if(runs.rounded.scale = 'b', 1e9, 1e6)
        as bigint)
    end as params,
    if(runs.rounded.whole <> '', 'as published (rounded)', null) as params_convention,
    'decoder-only transformer' as architecture,
    true as is_final,
    'score' as kind,
    points.task as task_as_published,
    tasks.format,
    points.metric as metric_as_published,
    runs.n_shot,
    points.value,
    points.stderr,
    runs."commit" as version,
    points.file,
    points.place,
from raw_stablelm_values as points
inner join runs on runs.file = points.file
inner join tasks on tasks.task = points.task and tasks.task_version is not distinct from points.task_version
