-- One row a checkpoint and measured value of one's own runs, in the common shape.
-- grain: run, tokens, corpus_as_published, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
-- partition: folder
--
-- Names, units and positions were settled when the run was read, with what its card says; a file's own name of a
-- task stands in its place. Runs of one recipe are one model.
with measured as (
    select
        folder, run, step, tokens, is_final, 'loss' as kind, corpus as corpus_as_published, unit, loss as value,
        file, place,
    from raw_own_losses
    union all by name
    select
        folder, run, step, tokens, is_final, 'score' as kind, task as task_as_published, format,
        metric as metric_as_published, n_shot, score as value, n_items, stderr, file, place,
    from raw_own_scores
),
last_checkpoints as (
    select folder, run, max(tokens) as tokens from measured group by folder, run
)
select
    'own' as source,
    measured.run,
    coalesce(runs.recipe, measured.run) as model,
    coalesce(runs.family, runs.recipe, measured.run) as family,
    runs.params,
    if(runs.params is null, null, 'as published') as params_convention,
    runs.training_corpus,
    runs.tokenizer,
    cast(runs.seed as varchar) as seed,
    measured.step,
    measured.tokens,
    measured.is_final or measured.tokens = last_checkpoints.tokens as is_final,
    measured.kind,
    measured.corpus_as_published,
    measured.unit,
    'only' as revision,
    measured.task_as_published,
    measured.format,
    measured.metric_as_published,
    cast(measured.n_shot as integer) as n_shot,
    measured.value,
    measured.stderr,
    measured.n_items,
    'own' as version,
    measured.file,
    measured.place,
from measured
inner join raw_own_runs as runs on runs.folder = measured.folder and runs.run = measured.run
left join last_checkpoints on last_checkpoints.folder = measured.folder and last_checkpoints.run = measured.run
