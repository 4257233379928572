-- One row a fit and loss on a grid: the score that a new run would have there, with a prediction interval.
-- grain: series_id, loss
-- use: read a score off at any loss between two rows; what `emergence ask` reads
-- apart: own
--
-- Within the losses seen the curve is monotone and assumes no form; below them its last level goes on, or as much of its last
-- slope as went on where the data were cut off before. What size adds to loss is in no run of a size seen: the interval of
-- a larger model is widened to what sizes have needed that smaller ones foretold.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- loss: where on the axis
-- score: score foretold
-- score_low: lower end of the prediction interval
-- score_high: upper end of the prediction interval
-- sd: standard deviation of a new run's score about it
-- freedom: degrees of freedom of sd
-- score_low_larger: lower end of the prediction interval of a model larger than all behind the curve
-- score_high_larger: upper end of it
-- sd_larger: standard deviation of such a model's score
-- freedom_larger: degrees of freedom of sd_larger
-- n_runs_near: runs that have losses on both sides, or of one loss within a tenth of the range; 0 beyond the data
-- runs_near: the first five of them by name
-- within_run: whether fewer than three are near (beyond the data: near their end), so that sd is borrowed from elsewhere
-- extrapolated: whether the loss lies below those seen
-- lower_bound: least score possible, where the scores are fractions
-- upper_bound: greatest score possible, where the scores are fractions
-- loss_min: least loss seen
-- loss_max: greatest loss seen
-- params_max: size of the largest model behind the curve; empty where no size is known [parameters]
-- chance: score of guessing
-- n_checkpoints: checkpoints behind the curve
-- n_runs: runs that they belong to
-- by_runs: whether sd comes from runs left out; else from stretches of loss, since there are fewer than three runs
-- confidence: level of the interval [fraction]
-- circular: whether the loss is taken on the very text that the task asks for
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    loss, score, score_low, score_high, sd, freedom,
    score_low_larger, score_high_larger, sd_larger, freedom_larger, n_runs_near, runs_near, within_run, extrapolated,
    higher_is_better, lower_bound, upper_bound,
    loss_min, loss_max, params_max, chance, n_checkpoints, n_runs, by_runs, confidence,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
from score_curve_fits
order by series_id, loss
