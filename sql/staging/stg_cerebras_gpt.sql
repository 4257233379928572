-- One row a model, number of shots and measured value of the Cerebras-GPT tables, in the common shape.
-- grain: run, corpus, revision, task_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- The table gives a loss beside each number of shots; it is the same loss, so it is taken from the zero-shot rows.
-- The later model card revised some losses: both are kept, and the revised one is used, since it is the
-- publisher's last word.
with models as (
    select
        row,
        file,
        n_shot,
        case family when 'Cerebras' then 'Cerebras-GPT' when 'Cerebras muP' then 'Cerebras-GPT muP' else family end as family,
        size,
        cast(
            cast(regexp_extract(size, '[0-9.]+') as double)
            * case right(size, 1) when 'B' then 1e9 when 'M' then 1e6 end
        as bigint) as params,
        cast(train_tokens as bigint) as tokens,
        train_flop,
        pile_test_loss,
        pile_test_loss_revised,
        hellaswag, piqa, winogrande, lambada, arc_easy, arc_challenge, openbookqa,
    from raw_cerebras_gpt_figures
),
losses as (
    select *, 'pile_test_loss' as col, pile_test_loss as value, if(pile_test_loss_revised is null, 'only', 'first') as revision
    from models
    where n_shot = 0
    union all by name
    select *, 'pile_test_loss_revised' as col, pile_test_loss_revised as value, 'revised' as revision
    from models
    where n_shot = 0
),
scores as (
    unpivot (select * from models)
    on hellaswag, piqa, winogrande, lambada, arc_easy, arc_challenge, openbookqa
    into name col value value
),
stacked as (
    select 'loss' as kind, row, file, family, size, params, tokens, train_flop, n_shot, col, value, revision from losses
    union all by name
    select 'score' as kind, row, file, family, size, params, tokens, train_flop, n_shot, col, value, 'only' as revision from scores
)
select
    'cerebras_gpt' as source,
    lower(replace(family, ' ', '-')) || '-' || lower(size) as run,
    family || ' ' || size as model,
    family,
    params,
    'as published (rounded)' as params_convention,
    case when family in ('Cerebras-GPT', 'Cerebras-GPT muP', 'GPT-J', 'GPT-NeoX', 'Pythia') then 'The Pile'
         when family = 'Pythia deduped' then 'The Pile, deduplicated' end as training_corpus,
    case when family in ('Cerebras-GPT', 'Cerebras-GPT muP', 'GPT-J', 'OPT') then 'gpt2'
         when family in ('GPT-NeoX', 'Pythia', 'Pythia deduped') then 'gpt-neox' end as tokenizer,
    'decoder-only transformer' as architecture,
    tokens,
    train_flop as compute_flop,
    true as is_final,
    kind,
    if(kind = 'loss', 'pile_test', null) as corpus_as_published,
    if(kind = 'loss', 'nats_per_token', null) as unit,
    revision,
    if(kind = 'score', col, null) as task_as_published,
    if(kind = 'score', 'rc', null) as format,
    if(kind = 'score', 'acc', null) as metric_as_published,
    if(kind = 'score', n_shot, null) as n_shot,
    value,
    'embedded' as version,
    file,
    'row ' || row || ', column ' || col as place,
from stacked
where value is not null
