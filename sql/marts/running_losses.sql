-- One row a run of one's own, corpus, unit and comparability group: its newest loss there, as a scenario.
-- grain: scenario, corpus, unit, comparability_group
-- use: the scores of running models are foretold from it; internal
-- partition: corpus, sorted again; whole: checkpoints, runs
--
-- scenario: the run
-- loss: its loss at its newest checkpoint
-- form: empty, since no law foretold this loss
select
    losses.corpus,
    losses.unit,
    losses.comparability_group,
    checkpoints.run_id as scenario,
    runs.family,
    cast(runs.params as double) as params,
    cast(checkpoints.tokens as double) as tokens,
    losses.loss,
    cast(null as double) as loss_low,
    cast(null as double) as loss_high,
    cast(null as varchar) as form,
from losses
inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
inner join runs on runs.run_id = checkpoints.run_id
where losses.source = 'own' and losses.is_used
qualify row_number() over (
    partition by checkpoints.run_id, losses.corpus, losses.unit, losses.comparability_group
    order by checkpoints.tokens desc nulls last, checkpoints.checkpoint_id desc
) = 1
order by scenario, losses.corpus, losses.unit, losses.comparability_group
