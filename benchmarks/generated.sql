-- One row a checkpoint and measured value of made-up trainings of any number, in the common shape.
-- grain: run, tokens, corpus_as_published, task_as_published, format, n_shot
-- use: staged in the place of the OLMo ladder, to see how the marts grow
--
-- Losses follow a law of size and tokens, scores leave chance at a loss of their task's own. Runs have unequal numbers
-- of checkpoints; on every third corpus the loss was taken 1 % of the tokens before the scores, and on some runs not
-- at all. One value in 1,000 is published twice, one in 200 is out of bounds. Nothing is drawn: hashes are.
with runs as (
    select
        k,
        'generated-' || lpad(cast(k as varchar), 6, '0') as run,
        cast(1e7 * pow(10, 3.0 * k / $n_runs) as bigint) as params,
        cast($n_checkpoints // 2 + hash(k, 'n') % $n_checkpoints as bigint) as n_checkpoints,
    from range($n_runs) as numbers (k)
),
checkpoints as (
    select runs.*, i, cast(1e9 * pow(i, 1.5) + hash(k, i) % 100000000 as bigint) as tokens,
    from runs, range(1, runs.n_checkpoints + 1) as numbers (i)
),
corpora as (
    select corpus_as_published, row_number() over (order by corpus_as_published) - 1 as c
    from facts_corpora
    where source = 'olmo_ladder'
    qualify c < $n_corpora
),
settings as (
    select task, t, format, n_shot, coalesce(chance, 0) as chance, 2.2 + 1.5 * (hash(task) % 1000) / 1000 as eta
    from (
        select task, chance, row_number() over (order by task) - 1 as t
        from facts_tasks
        where chance > 0
        qualify t < $n_tasks
    )
    cross join (values ('rc', 0), ('rc', 5), ('mc', 5)) as asked (format, n_shot)
),
measured as (
    select
        k, run, params, i, tokens - if(c % 3 = 2, tokens // 100, 0) as tokens, 'loss' as kind, corpus_as_published, 'nats_per_token' as unit,
        1.5 + 0.05 * c + 400 / pow(params, 0.34) + 410 / pow(tokens, 0.28) + 0.01 * (hash(k, i, c) % 1000) / 1000 as value,
        null as task_as_published, null as format, null as n_shot,
    from checkpoints
    cross join corpora
    where c < 2 or hash(k, c) % 20 > 0
    union all by name
    select
        k, run, params, i, tokens, 'score' as kind, task as task_as_published, format, n_shot,
        if(
            hash(k, i, t) % 200 = 0,
            7.5,
            chance
            + (0.95 - chance) / (1 + exp((1.5 + 400 / pow(params, 0.34) + 410 / pow(tokens, 0.28) - eta) / 0.1))
            + 0.04 * (hash(k, i, t, format, n_shot) % 1000) / 1000
        ) as value,
    from checkpoints
    cross join settings
)
select
    'olmo_ladder' as source,
    run,
    'generated ' || params as model,
    'generated family ' || k % 7 as family,
    params,
    'total' as params_convention,
    'dolma2' as tokenizer,
    tokens,
    i = max(i) over (partition by k) as is_final,
    kind,
    corpus_as_published,
    unit,
    'only' as revision,
    task_as_published,
    format,
    if(kind = 'score', 'acc', null) as metric_as_published,
    n_shot,
    value,
    'generated' as version,
    run || copies.ending as file,
    'row ' || i || ', ' || coalesce(corpus_as_published, concat_ws(' ', task_as_published, format, n_shot)) as place,
from measured
inner join (values ('.json', 1), ('-again.json', 1000)) as copies (ending, one_in)
    on hash(k, i, task_as_published, corpus_as_published) % copies.one_in = 0
union all by name
select * from stg_shape
