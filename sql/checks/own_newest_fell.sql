-- the newest checkpoint of a run of one's own lies far below what the curves of others foretell
-- severity: warning
-- blocking: no
--
-- Sure at 1 % for all the curves of a checkpoint together: the tail of a normal beyond sqrt(2 ln x) is below 1 / x.
-- 1.64 of its standard deviations make half of the 90 % interval; more with few runs, and then this asks for more.
-- `emergence compare` tells the whole, and the fall of the mean over tasks.
with newest as (
    select
        forecasts.scenario as run_id,
        forecasts.source as reference,
        forecasts.task,
        forecasts.format,
        forecasts.comparability_group,
        scores.score,
        forecasts.score as expected,
        (forecasts.score - forecasts.score_low) / 1.64 as sd,
        count(*) over (partition by forecasts.scenario) as n_curves,
    from forecasts
    inner join checkpoints on checkpoints.run_id = forecasts.scenario and checkpoints.tokens = forecasts.tokens
    inner join scores
        on scores.checkpoint_id = checkpoints.checkpoint_id
        and scores.task = forecasts.task
        and scores.format is not distinct from forecasts.format
        and scores.metric = forecasts.metric
        and scores.n_shot is not distinct from forecasts.n_shot
    inner join metrics on metrics.metric = scores.metric
    where
        checkpoints.source = 'own'
        and metrics.role = 'accuracy'
        and not forecasts.extrapolated
        and not forecasts.circular
)

select run_id, reference, task, format, comparability_group, score, expected
from newest
where expected - score > sqrt(2 * ln(n_curves / 0.01)) * sd
