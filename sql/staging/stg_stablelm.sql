-- One row a public model and measured value of StableLM's evaluations, in the common shape.
-- grain: run, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model stands at its last checkpoint; its size is as its name says it, where it does. The perplexity of LAMBADA's
-- last words is a score like any other here, since it is taken on the words that the accuracy asks for.
with runs as (
    select
        *,
        regexp_extract(model, '([^/]+)$', 1) as name,
        params_named(name) as params,
    from raw_stablelm_evaluations
)
select
    'stablelm' as source,
    runs.model as run,
    runs.model,
    regexp_replace(runs.name, '[-_]\d.*$', '') as family,
    runs.params,
    if(runs.params is not null, 'as published (rounded)', null) as params_convention,
    'decoder-only transformer' as architecture,
    true as is_final,
    'score' as kind,
    points.task as task_as_published,
    harness_format(points.task, points.task_version) as format,
    points.metric as metric_as_published,
    runs.n_shot,
    points.value,
    points.stderr,
    runs."commit" as version,
    points.file,
    points.place,
from raw_stablelm_values as points
inner join runs on runs.file = points.file
