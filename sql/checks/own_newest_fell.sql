-- the newest checkpoint of a run of one's own lies far below what the curves of others foretell
-- severity: warning
-- blocking: no
--
-- Twice as far as the 90 % interval of one new run: about one in a thousand by chance.
select
    forecasts.scenario as run_id,
    forecasts.source as reference,
    forecasts.task,
    forecasts.format,
    forecasts.comparability_group,
    scores.score,
    forecasts.score as expected,
    forecasts.score_low as expected_low,
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
    and forecasts.score - scores.score > 2 * (forecasts.score - forecasts.score_low)
