-- One row a public model and measured value of the harness before 0.4, in the common shape.
-- grain: run, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model is named by the folder of its results, since some configurations name a disk. It stands at its last
-- checkpoint; its size is as its name says it. The version of a task decides how it was asked: hendrycksTest of
-- version 0 by the likelihood of the answer's text. SQuAD 2 is in percent, and becomes fractions. A perplexity of
-- LAMBADA's last words is a score like any other here.
with runs as (
    select
        *,
        list_extract(string_split(file, '/'), -2) as model_named,
        params_named(model_named) as params,
    from raw_harness_03_evaluations
)
select
    'harness_03' as source,
    runs.model_named as run,
    runs.model_named as model,
    upper(regexp_extract(runs.model_named, '^([a-z]+)', 1)) as family,
    runs.params,
    if(runs.params is not null, 'as published (rounded)', null) as params_convention,
    'decoder-only transformer' as architecture,
    true as is_final,
    'score' as kind,
    points.task as task_as_published,
    harness_format(points.task, points.task_version) as format,
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
