-- One row a model and figure of Mamba-2's table 10, in the common shape.
-- grain: run, corpus_as_published, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- A perplexity becomes its logarithm. HellaSwag, ARC-Challenge and OpenBookQA are length-normalised, as that line of
-- papers does: Pythia-2.8B has 0.593 here and 0.45 without. The loss of Pythia-160M is out of line, as printed.
with figures as (
    unpivot (select * from raw_mamba2_figures)
    on ppl, lambada_ppl_last_word, columns('_acc$')
    into name col value value
),
named as (
    select
        *,
        regexp_replace(model, '-[0-9.]+[MB]$', '') as family,
        regexp_replace(col, '_(acc|ppl_last_word)$', '') as task,
        if(col = 'ppl', 'loss', 'score') as kind,
    from figures
)
select
    'mamba2' as source,
    model as run,
    model,
    family,
    params_named(model) as params,
    'as published (rounded)' as params_convention,
    'The Pile' as training_corpus,
    'gpt-neox' as tokenizer,
    case
        when family = 'Pythia' then 'decoder-only transformer' when family like 'RWKV%' then 'recurrent' else 'state space'
    end as architecture,
    true as is_final,
    kind,
    if(kind = 'loss', corpus, null) as corpus_as_published,
    if(kind = 'loss', 'nats_per_token', null) as unit,
    'only' as revision,
    if(kind = 'score', task, null) as task_as_published,
    if(kind = 'loss', null, if(task = 'lambada', 'generate', 'rc')) as format,
    case
        when kind = 'loss' then null
        when col = 'lambada_ppl_last_word' then 'ppl'
        when task in ('hellaswag', 'arc_challenge', 'openbookqa') then 'acc_norm'
        else 'acc'
    end as metric_as_published,
    if(kind = 'score', 0, null) as n_shot,
    case when kind = 'loss' then if(value > 0, ln(value), null) when col like '%\_acc' escape '\' then value / 100 else value end as value,
    if(col like '%\_acc' escape '\' or kind = 'loss', value, null) as value_as_published,
    "commit" as version,
    file,
    "table" || ', row ' || "row" || ', column ' || col as place,
from named
