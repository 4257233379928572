-- One row a checkpoint of the scaling laws with vocabulary, in the common shape.
-- grain: run, tokens
-- use: stacked with the other sources into observations
--
-- The loss is what is left of the loss of a unigram model, so that vocabularies can be compared; it is negative, and a
-- unit of its own. Size is without the vocabulary's matrix, which is added: one matrix of vocabulary × width. Tokens
-- follow from the compute, which is 6 × size × tokens throughout the file; the file gives characters.
with sized as (
    select *, params_non_vocabulary + vocab_size * embed_dim as params from raw_vocab_points
),
placed as (
    select *, cast(round(flop / (6.0 * params)) as bigint) as tokens from sized
)
select
    'vocab' as source,
    'V' || vocab_size || '-N' || params_non_vocabulary as run,
    'V' || vocab_size || ' N' || params as model,
    'vocabulary ' || vocab_size as family,
    params,
    params_non_vocabulary as params_non_embedding,
    'total' as params_convention,
    'vocabulary of ' || vocab_size as tokenizer,
    'decoder-only transformer' as architecture,
    tokens,
    flop as compute_flop,
    tokens = max(tokens) over (partition by vocab_size, params_non_vocabulary) as is_final,
    'loss' as kind,
    'training text' as corpus_as_published,
    'nats_per_token_over_unigram' as unit,
    'only' as revision,
    loss as value,
    "commit" as version,
    file,
    'row ' || "row" || ', column Lossu' as place,
from placed
where loss is not null
