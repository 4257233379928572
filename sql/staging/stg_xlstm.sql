-- One row a model and figure of xLSTM's tables 3 and 4, in the common shape.
-- grain: run, corpus_as_published, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- Perplexities become logarithms, one on SlimPajama and one on each of twelve domains of Paloma. Which tokenizer was
-- used is not in the tables. HellaSwag and ARC-Challenge are length-normalised, as in the papers that it follows.
with figures as (
    unpivot (select * from raw_xlstm_figures)
    on slimpajama_val_ppl, lambada_ppl_last_word, columns('_acc$'), columns('^paloma_ppl_')
    into name col value value
),
named as (
    select
        *,
        case
            when col = 'slimpajama_val_ppl' then 'slimpajama_val' when starts_with(col, 'paloma_ppl_') then replace(col, '_ppl', '')
        end as corpus,
        regexp_replace(col, '_(acc|ppl_last_word)$', '') as task,
    from figures
)
select
    'xlstm' as source,
    architecture || '-' || size as run,
    architecture || ' ' || size as model,
    architecture as family,
    cast(round("params_M" * 1e6) as bigint) as params,
    'as published (rounded)' as params_convention,
    'SlimPajama' as training_corpus,
    case when architecture = 'Llama' then 'decoder-only transformer' when architecture = 'Mamba' then 'state space' else 'recurrent' end
        as architecture,
    cast(regexp_extract(training, '^(\d+)B ', 1) as bigint) * 1000000000 as tokens,
    true as is_final,
    if(corpus is null, 'score', 'loss') as kind,
    corpus as corpus_as_published,
    if(corpus is null, null, 'nats_per_token') as unit,
    'only' as revision,
    if(corpus is null, task, null) as task_as_published,
    if(corpus is not null, null, if(task = 'lambada', 'generate', 'rc')) as format,
    case
        when corpus is not null then null
        when col = 'lambada_ppl_last_word' then 'ppl'
        when task in ('hellaswag', 'arc_challenge') then 'acc_norm'
        else 'acc'
    end as metric_as_published,
    if(corpus is null, 0, null) as n_shot,
    case when corpus is not null then if(value > 0, ln(value), null) when col like '%\_acc' escape '\' then value / 100 else value end as value,
    if(col like '%\_acc' escape '\' or corpus is not null, value, null) as value_as_published,
    "commit" as version,
    file,
    "table" || ', row ' || "row" || ', column ' || col as place,
from named
