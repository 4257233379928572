-- One row a checkpoint: a run's weights after a number of training tokens.
-- grain: checkpoint_id
-- use: the position of every loss and score
-- partition: run_id, sorted again; whole: runs
--
-- compute_flop: training compute so far, as published, else 6 × params × tokens [FLOP]
-- compute_flop_source: published, or 6ND where it is computed
select
    observations.checkpoint_id,
    any_value(observations.run_id) as run_id,
    any_value(observations.source) as source,
    max(observations.step) as step,
    max(observations.tokens) as tokens,
    coalesce(
        max(observations.compute_flop),
        6.0 * any_value(runs.params) * max(observations.tokens)
    ) as compute_flop,
    case
        when max(observations.compute_flop) is not null then 'published'
        when any_value(runs.params) is not null and max(observations.tokens) is not null then '6ND'
    end as compute_flop_source,
    bool_or(coalesce(observations.is_final, false)) as is_final,
from observations
inner join runs on runs.run_id = observations.run_id
where observations.status = 'kept'
group by observations.checkpoint_id
order by observations.checkpoint_id
