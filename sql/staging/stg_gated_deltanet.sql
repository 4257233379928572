-- One row an architecture and figure of Gated DeltaNet's table 3, in the common shape.
-- grain: run, corpus_as_published, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- The table does not say whether WikiText's perplexity is a token's or a word's: its logarithm has no unit stated.
with figures as (
    unpivot (select * from raw_gated_deltanet_figures)
    on wikitext_ppl, lambada_ppl_last_word, columns('_acc(_norm)?$')
    into name col value value
),
named as (
    select
        *,
        regexp_extract(col, '^(.+?)_(acc|acc_norm|ppl|ppl_last_word)$', ['task', 'metric']) as score,
        if(col = 'wikitext_ppl', 'loss', 'score') as kind,
    from figures
)
select
    'gated_deltanet' as source,
    architecture as run,
    architecture || ' ' || params as model,
    'Gated DeltaNet table' as family,
    cast(cast(regexp_extract(params, '^([0-9.]+)B$', 1) as double) * 1e9 as bigint) as params,
    'as published (rounded)' as params_convention,
    'FineWeb-Edu' as training_corpus,
    architecture,
    cast(regexp_extract(training, '^(\d+)B ', 1) as bigint) * 1000000000 as tokens,
    true as is_final,
    kind,
    if(kind = 'loss', 'wikitext', null) as corpus_as_published,
    if(kind = 'loss', 'unstated', null) as unit,
    'only' as revision,
    if(kind = 'loss', null, score.task) as task_as_published,
    if(kind = 'loss', null, if(score.task = 'lambada', 'generate', 'rc')) as format,
    if(kind = 'loss', null, replace(score.metric, '_last_word', '')) as metric_as_published,
    if(kind = 'loss', null, 0) as n_shot,
    case when kind = 'loss' then if(value > 0, ln(value), null) when starts_with(score.metric, 'acc') then value / 100 else value end as value,
    if(kind = 'loss' or starts_with(score.metric, 'acc'), value, null) as value_as_published,
    "commit" as version,
    file,
    "table" || ', row ' || "row" || ', column ' || col as place,
from named
