-- One row a checkpoint and fit whose score lies outside the 99 % interval of the other runs, or fell with its checkpoint.
-- grain: series_id, checkpoint_id
-- use: which tasks fell off the curve; whether a checkpoint fell as a whole stands in checkpoint_anomalies
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- loss: loss of the checkpoint
-- score: score of the checkpoint
-- expected: score that the other runs foretell at that loss
-- residual: score less expected, up is better; points, or the metric's unit
-- limit: how far off the interval ends, in the same unit
-- p_value: how often a run of the same kind lies as far off
-- p_adjusted: p_value adjusted over that checkpoint's tasks, by Benjamini and Yekutieli; empty if here for its checkpoint
-- n_tasks: tasks that were looked at for that checkpoint and corpus
-- mean_residual: of the checkpoint, over its tasks and less its neighbours, in points; empty where that is not off
-- checkpoint_is_off: whether the checkpoint is off as a whole
-- is_anomaly: whether it stands after adjustment, or lies off its neighbours on the side of a checkpoint that is off
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, checkpoint_id,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    loss, score, expected, residual, "limit", p_value, p_adjusted, n_tasks,
    mean_residual, checkpoint_is_off, is_anomaly,
from anomaly_fits
order by series_id, checkpoint_id
