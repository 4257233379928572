-- One row a run, axis of loss and round number of tokens: the loss of the checkpoint nearest to it.
-- grain: checkpoint_id, corpus, unit, tokens_asked
-- use: compare models at equal data; within one comparability_group alone
--
-- Round numbers are 1, 2 and 5 times a power of ten from 1e8 to 5e13; a checkpoint within 5 % of one stands for it.
--
-- tokens_asked: round number of training tokens [tokens]
-- tokens: tokens that the checkpoint has seen [tokens]
with powers as (
    select unnest(range(8, 14)) as power
),
asked as (
    select steps.step * pow(10, powers.power) as tokens_asked
    from powers
    cross join (select unnest([1, 2, 5]) as step) as steps
)
select
    losses.corpus,
    losses.unit,
    losses.comparability_group,
    asked.tokens_asked,
    losses.source,
    runs.run_id,
    runs.model,
    runs.family,
    runs.params,
    losses.checkpoint_id,
    checkpoints.tokens,
    losses.loss,
    losses.loss_low,
    losses.loss_high,
from losses
inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
inner join runs on runs.run_id = losses.run_id
inner join asked on checkpoints.tokens between 0.95 * asked.tokens_asked and 1.05 * asked.tokens_asked
where losses.is_used
qualify row_number() over (
    partition by losses.run_id, losses.corpus, losses.unit, asked.tokens_asked
    order by abs(checkpoints.tokens - asked.tokens_asked), checkpoints.tokens
) = 1
