-- One row a score and corpus, with the threshold fitted through it: all that a plot of score against loss needs.
-- grain: series_id, checkpoint_id
-- use: plots in a notebook or a dashboard
--
-- is_below_eta: whether the loss is below the threshold, so that the score should have left its floor
select
    loss_scores.series_id,
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
left join thresholds on thresholds.series_id = loss_scores.series_id
