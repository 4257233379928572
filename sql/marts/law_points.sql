-- One row a checkpoint and corpus that a law of loss over size and tokens can use.
-- grain: checkpoint_id, corpus, unit
-- use: the input of the loss laws; fit one source, study, corpus and unit at a time
-- partition: corpus, sorted again; whole: checkpoints, runs
--
-- Every run stands here with its last checkpoint. A run with a trajectory stands also with the checkpoints that meet
-- a round multiple of 20 tokens a parameter within 2 %, so that sizes can be compared at matched tokens; those were
-- taken before the learning rate had come down. A loss that is normalised until it may be negative has no law of this
-- form, and stands in losses alone; so does one that a better setting of its size and tokens outdid.
--
-- study: models trained alike but for size: the family of the run, within its source
-- position: final (the run's last checkpoint) or matched (an earlier one, at a round multiple)
-- multiple: tokens as a multiple of 20 × params, where they meet a round one within 2 %
-- outlier: whether the publisher calls the point an outlier; it stands here all the same
-- reason: why the publisher calls it one
with points as (
    select
        losses.source,
        coalesce(runs.family, losses.source) as study,
        losses.run_id,
        losses.checkpoint_id,
        losses.corpus,
        losses.unit,
        losses.comparability_group,
        runs.params,
        runs.params_convention,
        checkpoints.tokens,
        checkpoints.compute_flop,
        checkpoints.is_final,
        losses.loss,
        losses.outlier,
        losses.outlier_reason as reason,
        losses.evidence_of,
    from losses
    inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
    inner join runs on runs.run_id = losses.run_id
    where
        losses.is_used and losses.loss_source = 'published' and losses.loss > 0 and losses.is_tuned is distinct from false
        and runs.params > 0 and checkpoints.tokens > 0
),
multiples (multiple) as (
    values (0.5), (1), (2), (5), (10), (20), (50), (100)
),
nearest as (
    select
        points.checkpoint_id,
        points.corpus,
        points.unit,
        multiples.multiple,
    from points
    cross join multiples
    where abs(points.tokens / (20.0 * points.params * multiples.multiple) - 1) <= 0.02
    qualify row_number() over (
        partition by points.run_id, points.corpus, points.unit, multiples.multiple
        order by abs(points.tokens / (20.0 * points.params * multiples.multiple) - 1), points.tokens
    ) = 1
)
select
    points.source,
    points.study,
    points.run_id,
    points.checkpoint_id,
    points.corpus,
    points.unit,
    points.comparability_group,
    points.params,
    points.params_convention,
    points.tokens,
    points.compute_flop,
    points.loss,
    if(points.is_final, 'final', 'matched') as position,
    cast(nearest.multiple as double) as multiple,
    points.outlier,
    points.reason,
    points.evidence_of,
from points
left join nearest
    on nearest.checkpoint_id = points.checkpoint_id
    and nearest.corpus = points.corpus
    and nearest.unit = points.unit
where points.is_final or nearest.multiple is not null
order by points.source, points.study, points.corpus, points.unit, points.params, points.tokens, points.checkpoint_id
