-- One row a score and loss of one checkpoint: the join that all fits read.
-- grain: source, checkpoint_id, task, format, metric, n_shot, corpus, unit
-- use: score against loss; filter by source, task, format, metric, n_shot and corpus
--
-- A score meets the losses of its own checkpoint; where that has none on a corpus, the newest loss of the same run
-- within 2 % of the tokens before it. The match is made once a run and position, and the scores follow by equality.
-- Two sources that evaluate the same released models meet as a joint source, by the model's canonical name.
--
-- loss_tokens_gap: tokens between the score's checkpoint and the one whose loss it meets; 0 for the same one [tokens]
-- circular: whether the loss is taken on the very text that the task asks for
with positions as (
    select distinct scores.checkpoint_id, checkpoints.run_id, checkpoints.tokens
    from scores
    inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
),
used_losses as (
    select losses.*, checkpoints.tokens
    from losses
    inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
    where losses.is_used
),
axes as (
    select distinct run_id, corpus, unit from used_losses
),
exact as (
    select positions.checkpoint_id, used_losses.corpus, used_losses.unit, used_losses.checkpoint_id as loss_checkpoint_id, 0 as loss_tokens_gap
    from positions
    inner join used_losses on used_losses.checkpoint_id = positions.checkpoint_id
),
wanting as (
    select positions.checkpoint_id, positions.run_id, positions.tokens, axes.corpus, axes.unit
    from positions
    inner join axes on axes.run_id = positions.run_id
    anti join exact
        on exact.checkpoint_id = positions.checkpoint_id and exact.corpus = axes.corpus and exact.unit = axes.unit
    where positions.tokens is not null
),
nearest as (
    select
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
),
placed as (
    select
        matched.checkpoint_id,
        matched.loss_tokens_gap,
        used_losses.corpus,
        used_losses.unit,
        used_losses.comparability_group,
        used_losses.loss,
        used_losses.loss_low,
        used_losses.loss_high,
        checkpoints.run_id,
        checkpoints.tokens,
        checkpoints.compute_flop,
        checkpoints.is_final,
        coalesce(matched.source, runs.source) as source,
        runs.model,
        runs.family,
        runs.params,
        runs.training_corpus,
    from matched
    inner join used_losses
        on used_losses.checkpoint_id = matched.loss_checkpoint_id
        and used_losses.corpus = matched.corpus
        and used_losses.unit = matched.unit
    inner join checkpoints on checkpoints.checkpoint_id = matched.checkpoint_id
    inner join runs on runs.run_id = checkpoints.run_id
),
-- Two whole numbers in place of ten texts make the order of millions of rows cheap.
axis_order as (
    select source, corpus, unit, row_number() over (order by source, corpus, unit) as axis_rank
    from (select distinct source, corpus, unit from placed)
),
score_order as (
    select
        scores.*,
        row_number() over (
            order by
                scores.source, scores.task, scores.format, scores.metric, scores.n_shot,
                scores.run_id, checkpoints.tokens, scores.checkpoint_id
        ) as score_rank,
    from scores
    inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
)
select
    placed.source,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    placed.corpus,
    placed.unit,
    placed.comparability_group,
    placed.run_id,
    placed.checkpoint_id,
    placed.model,
    placed.family,
    placed.params,
    placed.training_corpus,
    placed.tokens,
    placed.compute_flop,
    placed.is_final,
    placed.loss,
    placed.loss_low,
    placed.loss_high,
    placed.loss_tokens_gap,
    scores.score,
    scores.stderr,
    scores.n_items,
    scores.chance,
    metrics.higher_is_better,
    facts_circular.task is not null as circular,
from score_order as scores
inner join placed on placed.checkpoint_id = scores.checkpoint_id
inner join axis_order
    on axis_order.source = placed.source and axis_order.corpus = placed.corpus and axis_order.unit = placed.unit
inner join metrics on metrics.metric = scores.metric
left join facts_circular on facts_circular.corpus = placed.corpus and facts_circular.task = scores.task
order by scores.score_rank, axis_order.axis_rank
