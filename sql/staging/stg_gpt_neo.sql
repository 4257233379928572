-- One row a model and figure of GPT-Neo's README, in the common shape.
-- grain: run, corpus_as_published, unit, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- The Pile stands in bits per byte and, of two models, as a perplexity a token, which becomes its logarithm. Whether
-- WikiText's perplexity is a token's or a word's is not said: its logarithm has no unit stated.
with figures as (
    unpivot (select * from raw_gpt_neo_figures)
    on pile_bpb, pile_ppl, wikitext_ppl, lambada_ppl_last_word, columns('_acc$')
    into name col value value
),
named as (
    select
        *,
        case col when 'pile_bpb' then 'bits_per_byte' when 'pile_ppl' then 'nats_per_token' when 'wikitext_ppl' then 'unstated' end
            as unit,
        regexp_replace(col, '_(acc|ppl_last_word)$', '') as task,
        regexp_extract(model, '^(.+?) ([0-9.]+[MB]|Ada)$', 1) as family,
        params_named(model) as params,
    from figures
)
select
    'gpt_neo' as source,
    replace(model, ' ', '-') as run,
    model,
    family,
    params,
    if(params is null, null, 'as published (rounded)') as params_convention,
    if(family = 'GPT-Neo', 'The Pile', null) as training_corpus,
    'gpt2' as tokenizer,
    'decoder-only transformer' as architecture,
    true as is_final,
    if(unit is null, 'score', 'loss') as kind,
    if(unit is null, null, regexp_extract(col, '^([a-z]+)_', 1)) as corpus_as_published,
    unit,
    'only' as revision,
    if(unit is null, task, null) as task_as_published,
    if(unit is not null, null, if(task = 'lambada', 'generate', 'rc')) as format,
    if(unit is not null, null, if(col = 'lambada_ppl_last_word', 'ppl', 'acc')) as metric_as_published,
    if(unit is null, 0, null) as n_shot,
    case
        when col in ('pile_ppl', 'wikitext_ppl') then if(value > 0, ln(value), null)
        when col like '%\_acc' escape '\' then value / 100
        else value
    end as value,
    if(col in ('pile_ppl', 'wikitext_ppl') or col like '%\_acc' escape '\', value, null) as value_as_published,
    "commit" as version,
    file,
    "table" || ', row ' || "row" || ', column ' || col as place,
from named
