-- One row a run of data-constrained scaling, in the common shape.
-- grain: run
-- use: stacked with the other sources into observations
--
-- Runs that repeat their data are a family of their own beside those that see each token once, since a law of loss over
-- size and tokens means fresh tokens. Where a name is ambiguous the size is empty.
select
    'datablations' as source,
    name as run,
    'datablations ' || name as model,
    case when tokens <= unique_tokens then 'datablations' when tokens > unique_tokens then 'datablations, repeated data' end as family,
    params,
    if(params is null, null, 'as published') as params_convention,
    'C4' as training_corpus,
    'gpt2' as tokenizer,
    'decoder-only transformer' as architecture,
    cast(seed as varchar) as seed,
    tokens,
    true as is_final,
    'loss' as kind,
    'c4_val' as corpus_as_published,
    'nats_per_token' as unit,
    'only' as revision,
    c4_val_loss_nats_per_token as value,
    "commit" as version,
    file,
    'row ' || "row" || ', column c4_val_loss_nats_per_token' as place,
from raw_datablations_figures
where c4_val_loss_nats_per_token is not null
