-- One row a public model and measured value of the harness before 0.4, in the common shape.
-- grain: run, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model is named by the folder of its results, since some configurations name a disk. It stands at its last
-- checkpoint; its size is as its name says it. The version of a task decides how it was asked: hendrycksTest of
-- version 0 by the likelihood of the answer's text. SQuAD 2 is in percent, and becomes fractions. A perplexity of
-- LAMBADA's last words is a score like any other here.
with tasks as (
    select
        published.task,
        published.task_version,
        coalesce(any_value(formats.format), 'rc') as format,
    from (select distinct task, task_version from raw_harness_03_values) as published
    left join facts_harness_formats as formats
        on starts_with(published.task, formats.task_prefix)
        and coalesce(formats.version = published.task_version, formats.version is null)
    group by published.task, published.task_version
),
runs as (
    select
        *,
        list_extract(string_split(file, '/'), -2) as model_named,
        regexp_extract(lower(model_named), '-([0-9.]+)(b|m)([0-9]?)$', ['whole', 'scale', 'tenth']) as rounded,
    from raw_harness_03_evaluations
)
select
    'harness_03' as source,
    runs.model_named as run,
    runs.model_named as model,
    upper(regexp_extract(runs.model_named, '^([a-z]+)', 1)) as family,
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
    if(points.task = 'squad2', points.value / 100, points.value) as value,
    if(points.task = 'squad2', points.value, null) as value_as_published,
    points.stderr,
    runs."commit" as version,
    points.file,
    points.place,
from raw_harness_03_values as points
inner join runs on runs.file = points.file
inner join tasks on tasks.task = points.task and tasks.task_version is not distinct from points.task_version
