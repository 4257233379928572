-- One row a fit of several sizes: how well all sizes but the largest foretell the largest.
-- grain: series_id
-- use: how far to trust a forecast to a larger model; errors are published less foretold
--
-- Errors are in score points where the scores are fractions, else in the metric's own unit.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- params_fitted_max: largest size that the curve was fitted on [parameters]
-- params_predicted: the largest size, which it foretold [parameters]
-- n_checkpoints: checkpoints foretold
-- share_extrapolated: share of them below the losses of the smaller sizes [fraction]
-- bias: mean error
-- rmse: root mean squared error
-- error_at_lowest_loss: error at the lowest loss
-- half_width_at_lowest_loss: half width of the prediction interval there
-- confidence: level of that interval [fraction]
-- coverage: share of the scores inside their interval [fraction]
-- status: ok, constant, too_few_points, too_few_runs
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    params_fitted_max, params_predicted, n_checkpoints, share_extrapolated, bias, rmse,
    error_at_lowest_loss, half_width_at_lowest_loss, confidence, coverage, status,
from largest_size_fits
order by series_id
