-- One row a checkpoint and measured value of one's own runs, in the common shape.
-- grain: run, tokens, corpus_as_published, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- Tokens are as given, else steps times the run's tokens a step; corpus and unit are the row's, else the run's.
with losses as (
    select
        losses.folder,
        losses.row,
        losses.step,
        losses.tokens,
        'loss' as kind,
        coalesce(losses.corpus, runs.corpus) as corpus_as_published,
        coalesce(losses.unit, runs.unit) as unit,
        losses.loss as value,
        losses.file,
    from raw_own_losses as losses
    inner join raw_own_runs as runs on runs.folder = losses.folder
),
scores as (
    select
        folder,
        row,
        step,
        tokens,
        'score' as kind,
        task as task_as_published,
        coalesce(format, 'rc') as format,
        coalesce(metric, 'acc') as metric_as_published,
        coalesce(n_shot, 0) as n_shot,
        score as value,
        n_items,
        stderr,
        file,
    from raw_own_scores
),
stacked as (
    select * from losses
    union all by name
    select * from scores
),
placed as (
    select
        stacked.*,
        coalesce(stacked.tokens, stacked.step * runs.tokens_per_step) as tokens_seen,
        runs.run,
        runs.family,
        runs.params,
        runs.training_corpus,
        runs.tokenizer,
    from stacked
    inner join raw_own_runs as runs on runs.folder = stacked.folder
),
last_checkpoints as (
    select run, max(tokens_seen) as tokens_seen from placed group by run
)
select
    'own' as source,
    placed.run,
    placed.run as model,
    coalesce(placed.family, placed.run) as family,
    placed.params,
    if(placed.params is null, null, 'as published') as params_convention,
    placed.training_corpus,
    placed.tokenizer,
    placed.step,
    placed.tokens_seen as tokens,
    placed.tokens_seen = last_checkpoints.tokens_seen as is_final,
    placed.kind,
    placed.corpus_as_published,
    placed.unit,
    'only' as revision,
    placed.task_as_published,
    placed.format,
    placed.metric_as_published,
    cast(placed.n_shot as integer) as n_shot,
    placed.value,
    placed.stderr,
    placed.n_items,
    'own' as version,
    placed.file,
    'row ' || placed.row as place,
from placed
left join last_checkpoints on last_checkpoints.run = placed.run
