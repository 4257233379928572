-- One row a checkpoint and fit of one run, outside the interval that the other runs of its source draw.
select
    anomalies.series_id, anomalies.source, anomalies.task, anomalies.format, anomalies.metric, anomalies.n_shot, anomalies.corpus,
    anomalies.unit, anomalies.comparability_group, anomalies.checkpoint_id, anomalies.loss, anomalies.score,
    anomalies.expected, anomalies.p_value, anomalies.p_adjusted, anomalies.n_tasks, anomalies.is_anomaly,
from anomalies
inner join checkpoints on checkpoints.checkpoint_id = anomalies.checkpoint_id
inner join metrics on metrics.metric = anomalies.metric
where checkpoints.run_id = $run and metrics.role = 'accuracy' and not anomalies.circular
order by anomalies.p_adjusted, anomalies.checkpoint_id, anomalies.task, anomalies.corpus
