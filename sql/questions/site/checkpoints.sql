-- One row a checkpoint that has both a loss and a score, with its number within its source.
with used as (
    select distinct source, checkpoint_id from checkpoint_losses
)
select
    used.source,
    row_number() over (
        partition by used.source
        order by checkpoints.run_id, checkpoints.tokens nulls first, used.checkpoint_id
    ) - 1 as number,
    used.checkpoint_id,
    checkpoints.run_id,
    runs.model,
    runs.family,
    runs.training_corpus,
    runs.params,
    checkpoints.tokens,
    checkpoints.compute_flop,
from used
inner join checkpoints on checkpoints.checkpoint_id = used.checkpoint_id
inner join runs on runs.run_id = checkpoints.run_id
order by used.source, number
