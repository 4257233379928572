-- One row a score and corpus, with the threshold fitted through it: all that a plot of score against loss needs.
-- grain: source, task, format, metric, n_shot, corpus, unit, comparability_group, checkpoint_id
-- use: plots in a notebook or a dashboard
--
-- is_below_eta: whether the loss is below the threshold, so that the score should have left its floor
select
    loss_scores.source,
    loss_scores.task,
    loss_scores.format,
    loss_scores.metric,
    loss_scores.n_shot,
    loss_scores.corpus,
    loss_scores.unit,
    loss_scores.comparability_group,
    loss_scores.checkpoint_id,
    loss_scores.run_id,
    loss_scores.model,
    loss_scores.family,
    loss_scores.params,
    loss_scores.tokens,
    loss_scores.loss,
    loss_scores.score,
    loss_scores.stderr,
    loss_scores.chance,
    thresholds.eta,
    thresholds.verdict,
    loss_scores.loss < thresholds.eta as is_below_eta,
from loss_scores
left join thresholds
    on thresholds.source = loss_scores.source
    and thresholds.task = loss_scores.task
    and thresholds.format is not distinct from loss_scores.format
    and thresholds.metric = loss_scores.metric
    and thresholds.n_shot is not distinct from loss_scores.n_shot
    and thresholds.corpus = loss_scores.corpus
    and thresholds.unit = loss_scores.unit
    and thresholds.comparability_group is not distinct from loss_scores.comparability_group
