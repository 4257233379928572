-- One row a checkpoint and measured value of the OLMo ladder, in the common shape.
-- grain: run, tokens, corpus_as_published, task_as_published, format, metric_as_published
-- use: stacked with the other sources into observations
--
-- A file is a run, but for slices of the 7B run, which belong to it; 1xC, its rerun and the seeds of the older
-- commit are different runs. Tokens are as published, else steps times tokens a batch.
-- The metric stands at the end of a column's name, so the task is what is left in the middle.
with sizes (size, params) as (
    values
        ('190M', 190354176), ('370M', 371262464), ('760M', 758220288), ('1B', 1279395840),
        ('3B', 3169537280), ('7B', 6887575552), ('13B', 13202396160)
),
files as (
    select distinct
        commit,
        file,
        regexp_extract(file, '([^/]+)/([^/]+)\.csv$', 1) as folder,
        regexp_extract(file, '([^/]+)/([^/]+)\.csv$', 2) as stem,
    from raw_olmo_ladder_rows
),
runs as (
    select
        commit,
        file,
        case
            when stem like 'peteish7_eval_anneal%' then 'peteish7-anneal'
            when stem like 'peteish7%' then 'peteish7'
            when stem like 'peteish13%' then 'peteish13'
            when folder like 'peteish-seed-%' then stem || '-' || replace(folder, 'peteish-', '')
            else stem
        end as run,
        case
            when stem like 'peteish7%' then '7B'
            when stem like 'peteish13%' then '13B'
            else split_part(stem, '-', 1)
        end as size,
        case when folder like 'peteish-seed-%' then replace(folder, 'peteish-', '') end as seed,
        stem like 'peteish%anneal%' as is_annealed,
        -- A slice repeats rows of the full file, which is the one to keep.
        if(regexp_matches(stem, '_[0-9]+k-[0-9]+k$'), 1, 0) as precedence,
    from files
),
checkpoints as (
    select
        runs.run,
        runs.size,
        runs.seed,
        runs.is_annealed,
        runs.precedence,
        sizes.params,
        points.commit,
        points.file,
        points.row,
        points.step,
        coalesce(points.tokens, points.step * points.batch_tokens) as tokens,
        points.gflops * 1e9 as compute_flop,
    from raw_olmo_ladder_rows as points
    inner join runs on runs.commit = points.commit and runs.file = points.file
    left join sizes on sizes.size = runs.size
),
last_checkpoints as (
    select run, max(tokens) as tokens from checkpoints group by run
),
columns as (
    select distinct
        "column",
        "column" like '%/CrossEntropyLoss' as is_loss,
        regexp_extract("column", '^eval/(.+)-validation/CrossEntropyLoss$', 1) as corpus_as_published,
        regexp_extract("column", '^eval/downstream\w*/(\w+)_(rc|mc)_(\d+)shot_(\w+)$', 1) as task_as_published,
        regexp_extract("column", '^eval/downstream\w*/(\w+)_(rc|mc)_(\d+)shot_(\w+)$', 2) as format,
        cast(nullif(regexp_extract("column", '^eval/downstream\w*/(\w+)_(rc|mc)_(\d+)shot_(\w+)$', 3), '') as integer) as n_shot,
        regexp_extract("column", '^eval/downstream\w*/(\w+)_(rc|mc)_(\d+)shot_(\w+)$', 4) as metric_as_published,
    from raw_olmo_ladder_values
)
select
    'olmo_ladder' as source,
    checkpoints.run,
    'OLMo ladder ' || checkpoints.size as model,
    'OLMo 2' as family,
    checkpoints.params,
    'total without input embedding' as params_convention,
    if(checkpoints.is_annealed, 'OLMo-mix-1124, then Dolmino', 'OLMo-mix-1124') as training_corpus,
    'dolma2' as tokenizer,
    'decoder-only transformer' as architecture,
    checkpoints.seed,
    checkpoints.step,
    checkpoints.tokens,
    checkpoints.compute_flop,
    checkpoints.tokens = last_checkpoints.tokens as is_final,
    if(columns.is_loss, 'loss', 'score') as kind,
    nullif(columns.corpus_as_published, '') as corpus_as_published,
    if(columns.is_loss, 'nats_per_token', null) as unit,
    'only' as revision,
    nullif(columns.task_as_published, '') as task_as_published,
    nullif(columns.format, '') as format,
    nullif(columns.metric_as_published, '') as metric_as_published,
    columns.n_shot,
    points.value,
    checkpoints.precedence,
    checkpoints.commit as version,
    points.file,
    'row ' || points.row || ', column ' || points."column" as place,
from raw_olmo_ladder_values as points
inner join checkpoints
    on checkpoints.commit = points.commit and checkpoints.file = points.file and checkpoints.row = points.row
inner join last_checkpoints on last_checkpoints.run = checkpoints.run
inner join columns on columns."column" = points."column"
