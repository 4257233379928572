-- One row a made-up public model and measured value, in the common shape: losses of one source, scores of another.
-- grain: source, run, corpus_as_published, task_as_published
-- use: staged beside the made-up trainings, so that a joint source meets
with models as (
    select k, 'generated/public-' || lpad(cast(k as varchar), 4, '0') as model, 0.4 + 0.6 * (hash(k) % 1000) / 1000 as loss
    from range($n_models) as numbers (k)
),
losses as (
    select 'bpc' as source, model, 'loss' as kind, corpus as corpus_as_published, 'bits_per_char' as unit, loss + step as value
    from models
    cross join (values ('Python', 0.0), ('Arxiv-Math', 0.1), ('Common Crawl', 0.2)) as corpora (corpus, step)
),
scores as (
    select
        'obs' as source, model, 'score' as kind, task as task_as_published, 'mc' as format, 'acc' as metric_as_published,
        chance + (1 - chance) / (1 + exp((loss - 0.6) / 0.05)) as value,
    from models
    cross join (select task, chance from facts_tasks where chance > 0 order by task limit 40)
),
measured as (
    select * from losses
    union all by name
    select * from scores
)
select
    source, model as run, model, true as is_final, kind, corpus_as_published, unit, 'only' as revision, task_as_published,
    format, metric_as_published, value, 'generated' as version, source || '.csv' as file,
    concat_ws(', ', model, corpus_as_published, task_as_published) as place,
from measured
union all by name
select * from stg_shape
