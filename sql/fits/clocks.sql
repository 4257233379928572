-- One row a fit and clock: how well loss, compute, tokens, size, or size and tokens foretell the scores of runs left out.
-- grain: series_id, clock
-- use: whether loss is the best measure of progress; compare error with error_by_loss, both on the same checkpoints
--
-- A score is foretold by the monotone curve of the other runs over the clock, where their values surround it. Errors are in
-- score points where score_unit is points, else in the metric's own unit; every run weighs one.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- clock: loss, compute, tokens, size, or size_and_tokens (the mixture of both that serves the other runs best)
-- n_checkpoints: checkpoints that the other runs surround both on the clock and on loss
-- n_runs: runs that they belong to
-- score_unit: points (every score a fraction) or metric
-- error: root mean squared error of left-out runs, given the clock
-- error_by_loss: the same given the loss, on the same checkpoints
-- difference: error less error_by_loss; above zero where loss is the better clock
-- difference_low: lower end of its 95 % interval over runs
-- difference_high: upper end of that interval
-- loss_is_better: true or false where the whole interval lies beyond 2 % of error_by_loss on one side, else empty
-- status: ok, constant, too_few_points, too_few_runs, clock_unknown (not known, or the same throughout), no_overlap
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, clock,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    n_checkpoints, n_runs, score_unit, error, error_by_loss, difference, difference_low, difference_high,
    loss_is_better, status,
from clock_fits
order by series_id, clock
