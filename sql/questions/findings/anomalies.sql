-- One row a source and corpus (table anomalies, accuracies): checkpoints and scores that fell off the curve.
select
    anomalies.source,
    anomalies.corpus,
    count(distinct checkpoint_id) as checkpoints,
    count(*) as scores
from anomalies
inner join metrics on metrics.metric = anomalies.metric
where is_anomaly and metrics.role = 'accuracy'
group by anomalies.source, anomalies.corpus
order by scores desc, anomalies.source, anomalies.corpus
