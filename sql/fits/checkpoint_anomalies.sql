-- One row a checkpoint and axis of loss whose scores lie off over all tasks at once.
-- grain: source, corpus, unit, comparability_group, checkpoint_id
-- use: ask here first whether a checkpoint fell; which of its tasks did stands in anomalies
--
-- A difference is a score's distance from the curve of its task, less the median of that of its neighbours in the run (two
-- on either side): size, recipe and drift fall out. Tasks weigh by the inverse of their scatter.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- loss: loss of the checkpoint
-- mean_residual: mean difference over tasks [score points], up is better
-- limit: how far off the 99 % interval of such means ends [score points]
-- p_value: how often a checkpoint of its run lies as far off
-- n_tasks: tasks in the mean
-- n_tasks_off: tasks that lie off by themselves on the same side
-- is_off: whether the mean lies outside the interval
select
    source, corpus, unit, comparability_group, checkpoint_id,
    loss, mean_residual, "limit", p_value, n_tasks, n_tasks_off, is_off,
from checkpoint_anomaly_fits
order by source, corpus, unit, comparability_group, checkpoint_id
