-- One row a fit of thresholds, with the names and the metric's role that a reader needs beside it.
-- hash: series_id as the part of an address that names the fit on its task's page
-- is_identified: whether the row has a departure loss: not where it never leaves its floor, or has left it before
select
    thresholds.*,
    coalesce(tasks.title, thresholds.task) as task_title,
    coalesce(metrics.title, thresholds.metric) as metric_title,
    metrics.role,
    metrics.unit as score_unit,
    coalesce(metrics.higher_is_better, true) as higher_is_better,
    thresholds.loss_at_2_points is not null as is_identified,
    array_to_string(
        list_transform(string_split(thresholds.series_id, '/'), lambda part: url_encode(part)), '/'
    ) as hash,
from thresholds
left join tasks on tasks.task = thresholds.task
left join metrics on metrics.metric = thresholds.metric
order by
    thresholds.source, thresholds.task, thresholds.format, thresholds.metric, thresholds.n_shot,
    thresholds.corpus, thresholds.unit, thresholds.comparability_group
