-- One row a checkpoint that has both a loss and a score, with its number within its source.
with used as (
    select distinct source, run_id, checkpoint_id, model, family, training_corpus, params, tokens, compute_flop
    from loss_scores
)
select
    source,
    row_number() over (
        partition by source
        order by run_id, tokens nulls first, checkpoint_id
    ) - 1 as number,
    checkpoint_id,
    run_id,
    model,
    family,
    training_corpus,
    params,
    tokens,
    compute_flop,
from used
order by source, number
