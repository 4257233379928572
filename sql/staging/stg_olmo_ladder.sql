-- One row a checkpoint and measured value of the OLMo ladder, in the common shape.
-- grain: run, tokens, corpus_as_published, task_as_published, format, metric_as_published
-- use: stacked with the other sources into observations
-- partition: none: whether a file is a slice is told by all of its columns
--
-- A file's name is its run's, up to `_eval_`, and then says which evaluations of the run it holds (`full`, `final`,
-- `5k-205k`). What repeats rows of the run's full file exactly is a slice and belongs to the run; so does a range of steps,
-- and, where there is no full file, `final`. Anything else is a run of its own (`anneal`, or a name nobody has seen yet),
-- so that two trainings never compete for one key. 1xC, its rerun and the seeds of the older commit are different runs.
-- Tokens are as published, else steps times tokens a batch.
-- The metric stands at the end of a column's name, so the task is what is left in the middle.
with sizes (size, params) as (
    values
        ('190M', 190354176), ('370M', 371262464), ('760M', 758220288), ('1B', 1279395840),
        ('3B', 3169537280), ('7B', 6887575552), ('13B', 13202396160)
),
files as (
    select
        commit,
        file,
        regexp_extract(file, '([^/]+)/([^/]+)\.csv$', 1) as folder,
        regexp_extract(file, '([^/]+)/([^/]+)\.csv$', 2) as stem,
        coalesce(nullif(regexp_extract(stem, '^(.+?)_eval_.+$', 1), ''), stem) as training,
        coalesce(nullif(regexp_extract(stem, '^.+?_eval_(.+)$', 1), ''), 'full') as part,
    from (select distinct commit, file from raw_olmo_ladder_rows)
),
positions as (
    select *, coalesce(tokens, step * batch_tokens) as position from raw_olmo_ladder_rows
),
-- Only what stands beside a full file, or could: the long tables of the ladder are not looked through.
shown as (
    select files.commit, files.folder, files.training, files.part, positions.position, points."column", points.value
    from files
    inner join positions on positions.commit = files.commit and positions.file = files.file
    inner join raw_olmo_ladder_values as points
        on points.commit = positions.commit and points.file = positions.file and points.row = positions.row
    where contains(files.stem, '_eval_')
),
repeats as (
    select
        one.commit,
        one.folder,
        one.training,
        one.part,
        count(*) = count(whole.value) as is_slice,
    from shown as one
    left join (select distinct * from shown where part = 'full') as whole
        on whole.commit = one.commit
        and whole.folder = one.folder
        and whole.training = one.training
        and whole.position = one.position
        and whole."column" = one."column"
        and whole.value = one.value
    where one.part <> 'full'
    group by one.commit, one.folder, one.training, one.part
),
wholes as (
    select distinct commit, folder, training from files where part = 'full'
),
named as (
    select
        files.*,
        files.part = 'full'
        or coalesce(repeats.is_slice, false)
        or regexp_matches(files.part, '^[0-9]+k-([0-9]+k|end)$')
        or (files.part = 'final' and wholes.training is null) as is_of_training,
    from files
    left join repeats
        on repeats.commit = files.commit
        and repeats.folder = files.folder
        and repeats.training = files.training
        and repeats.part = files.part
    left join wholes
        on wholes.commit = files.commit and wholes.folder = files.folder and wholes.training = files.training
),
runs as (
    select
        commit,
        file,
        case when folder like 'peteish-seed-%' then replace(folder, 'peteish-', '') end as seed,
        training || if(is_of_training, '', '-' || part) || coalesce('-' || seed, '') as run,
        coalesce(
            nullif(regexp_extract(training, '^peteish([0-9]+)', 1), '') || 'B',
            split_part(training, '-', 1)
        ) as size,
        contains(part, 'anneal') as is_annealed,
        -- A slice repeats rows of the full file, which is the one to keep.
        if(part = 'full', 0, 1) as precedence,
    from named
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
        points.position as tokens,
        points.gflops * 1e9 as compute_flop,
    from positions as points
    inner join runs on runs.commit = points.commit and runs.file = points.file
    left join sizes on sizes.size = runs.size
),
last_checkpoints as (
    select run, max(tokens) as tokens from checkpoints group by run
),
-- Materialised, else names are taken apart once a value, not once a column.
columns as materialized (
    select
        "column",
        "column" like '%/CrossEntropyLoss' as is_loss,
        regexp_extract("column", '^eval/(.+)-validation/CrossEntropyLoss$', 1) as corpus_as_published,
        regexp_extract(
            "column",
            '^eval/downstream\w*/(\w+?)(?:_(rc|mc))?(?:_(\d+)shot)?_(len_norm|soft_log|soft|acc|bpb|ce_loss|f1)$',
            ['task', 'format', 'n_shot', 'metric']
        ) as score,
    from (select distinct "column" from raw_olmo_ladder_values)
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
    nullif(columns.score.task, '') as task_as_published,
    nullif(columns.score.format, '') as format,
    nullif(columns.score.metric, '') as metric_as_published,
    cast(nullif(columns.score.n_shot, '') as integer) as n_shot,
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
