-- One row a checkpoint and fit whose score lies outside the 99 % interval that all other runs draw.
-- grain: series_id, checkpoint_id
-- use: what fell off the curve; is_anomaly says which stand after adjustment over a checkpoint's tasks
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- loss: loss of the checkpoint
-- score: score of the checkpoint
-- expected: score that the other runs foretell at that loss
-- residual: score less expected, up is better; points, or the metric's unit
-- limit: how far off the interval ends, in the same unit
-- p_value: how often a run of the same kind lies as far off
-- p_adjusted: p_value adjusted over the tasks of that checkpoint and corpus, by Benjamini and Yekutieli
-- n_tasks: tasks that were looked at for that checkpoint and corpus
-- is_anomaly: whether it stands after adjustment
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, checkpoint_id,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    loss, score, expected, residual, "limit", p_value, p_adjusted, n_tasks, is_anomaly,
from anomaly_fits
order by series_id, checkpoint_id
