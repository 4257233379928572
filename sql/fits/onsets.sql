-- One row a run, task, format, metric, number of shots, corpus and rule: the bracket in which the run leaves chance.
-- grain: series_id, run_id, rule
-- use: where a run is first lastingly above chance, without a model; it bounds lateness and is not eta
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- rule: detectable (a test, calibrated for autocorrelation) or plus_8_points; both ask three checkpoints in a row
-- loss_before: loss of the last checkpoint before the onset; empty where the run is above from its start
-- loss_after: loss of the first checkpoint from the onset on; empty where the run never gets there
-- tokens_before: training tokens of the last checkpoint before the onset [tokens]
-- tokens_after: training tokens of the first checkpoint from the onset on [tokens]
-- p_value: how often a run at chance does as well
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, run_id, rule,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    loss_before, loss_after, tokens_before, tokens_after, p_value,
from onset_fits
order by series_id, run_id, rule
