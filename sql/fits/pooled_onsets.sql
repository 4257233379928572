-- One row a source, task, format, metric, number of shots, corpus and rule: the onset of all runs, pooled.
-- grain: source, task, format, metric, n_shot, corpus, unit, comparability_group, rule
-- use: a second, model-free look at where a task leaves chance
--
-- rule: detectable or plus_8_points
-- n_runs: runs with a bracket or a bound
-- n_bracketed: runs seen on both sides of their onset
-- onset_loss: mean onset over runs, from interval-censored brackets
-- onset_low: lower end of the interval of onset_loss
-- onset_high: upper end of the interval of onset_loss
-- onset_sd: standard deviation of onsets between runs
select
    source, task, format, metric, n_shot, corpus, unit, comparability_group, rule,
    n_runs, n_bracketed, onset_loss, onset_low, onset_high, onset_sd,
from pooled_onset_fits
order by source, task, format, metric, n_shot, corpus, unit, rule
