-- One row a checkpoint that has scores and an axis of loss: the loss that its scores are read against.
-- grain: source, checkpoint_id, corpus, unit, comparability_group
-- use: which loss a score meets, and how far from it; once for all tasks
-- partition: run_id within source; whole: checkpoints, facts_joint_sources, losses, runs
-- apart: own
--
-- A score meets the losses of its own checkpoint; where that has none on a corpus, the newest loss of the same run
-- within 2 % of the tokens before it. The match is made once a run and position, for all of its tasks.
-- Two sources that evaluate the same released models meet as a joint source, by the model's canonical name.
--
-- unit: unit of a loss: nats_per_token, bits_per_byte, bits_per_char, nats_per_last_word
-- loss_low: lower end of the published 95 % interval; empty for a converted loss, whose interval (see losses) holds an
--   error that all losses of its tokenizer share, which is no scatter [as loss]
-- loss_high: upper end of the published 95 % interval; empty for a converted loss [as loss]
-- loss_tokens_gap: tokens between the score's checkpoint and the one whose loss it meets; 0 for the same one [tokens]
with positions as (
    select distinct scores.checkpoint_id, checkpoints.run_id, checkpoints.source, checkpoints.tokens
    from scores
    inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
),
-- Most losses of a source without scores are met by nothing, and a row is read again in every join below.
scored as (
    select distinct source from positions
    union
    select loss_source as source from facts_joint_sources
),
used_losses as (
    select
        losses.checkpoint_id,
        losses.run_id,
        losses.corpus,
        losses.unit,
        losses.comparability_group,
        losses.loss,
        losses.loss_low,
        losses.loss_high,
        losses.loss_source,
        checkpoints.tokens,
    from losses
    semi join scored on scored.source = losses.source
    inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
    where losses.is_used
),
run_axes as (
    select distinct run_id, corpus, unit from used_losses
),
exact as (
    select
        positions.source,
        positions.checkpoint_id,
        used_losses.corpus,
        used_losses.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        0 as loss_tokens_gap,
    from positions
    inner join used_losses on used_losses.checkpoint_id = positions.checkpoint_id
),
wanting as (
    select
        positions.source,
        positions.checkpoint_id,
        positions.run_id,
        positions.tokens,
        run_axes.corpus,
        run_axes.unit,
    from positions
    inner join run_axes on run_axes.run_id = positions.run_id
    anti join exact
        on exact.checkpoint_id = positions.checkpoint_id
        and exact.corpus = run_axes.corpus
        and exact.unit = run_axes.unit
    where positions.tokens is not null
),
nearest as (
    select
        wanting.source,
        wanting.checkpoint_id,
        wanting.corpus,
        wanting.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        wanting.tokens - used_losses.tokens as loss_tokens_gap,
    from wanting
    asof join used_losses
        on used_losses.run_id = wanting.run_id
        and used_losses.corpus = wanting.corpus
        and used_losses.unit = wanting.unit
        and used_losses.tokens <= wanting.tokens
    where wanting.tokens - used_losses.tokens <= 0.02 * wanting.tokens
),
models as (
    select checkpoints.checkpoint_id, runs.source, runs.model
    from checkpoints
    inner join runs on runs.run_id = checkpoints.run_id
    where checkpoints.is_final
),
-- The weights of a released model are the same whoever evaluates them: no tokens lie between score and loss.
joint as (
    select
        facts_joint_sources.source,
        evaluated.checkpoint_id,
        used_losses.corpus,
        used_losses.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        0 as loss_tokens_gap,
    from facts_joint_sources
    inner join models as evaluated on evaluated.source = facts_joint_sources.score_source
    inner join models as measured
        on measured.source = facts_joint_sources.loss_source and measured.model = evaluated.model
    inner join used_losses on used_losses.checkpoint_id = measured.checkpoint_id
    semi join positions on positions.checkpoint_id = evaluated.checkpoint_id
    qualify row_number() over (
        partition by facts_joint_sources.source, evaluated.checkpoint_id, used_losses.corpus, used_losses.unit
        order by used_losses.checkpoint_id
    ) = 1
),
matched as (
    select * from exact
    union all by name
    select * from nearest
    union all by name
    select * from joint
)
select
    matched.source,
    positions.run_id,
    matched.checkpoint_id,
    used_losses.corpus,
    used_losses.unit,
    used_losses.comparability_group,
    used_losses.loss,
    if(used_losses.loss_source = 'derived', null, used_losses.loss_low) as loss_low,
    if(used_losses.loss_source = 'derived', null, used_losses.loss_high) as loss_high,
    matched.loss_tokens_gap,
from matched
inner join positions on positions.checkpoint_id = matched.checkpoint_id
inner join used_losses
    on used_losses.checkpoint_id = matched.loss_checkpoint_id
    and used_losses.corpus = matched.corpus
    and used_losses.unit = matched.unit
order by
    matched.source, positions.run_id, matched.checkpoint_id,
    used_losses.corpus, used_losses.unit, used_losses.comparability_group
