-- One row a fit that a name, source or corpus asks for, the clearest first.
select
    thresholds.*,
    coalesce(tasks.title, thresholds.task) as task_title,
    coalesce(metrics.title, thresholds.metric) as metric_title,
    coalesce(metrics.higher_is_better, true) as higher_is_better,
    thresholds.loss_at_2_points is not null as is_identified,
from thresholds
left join tasks on tasks.task = thresholds.task
left join metrics on metrics.metric = thresholds.metric
where
    thresholds.task = $task
    and ($source is null or thresholds.source = $source)
    and ($corpus is null or thresholds.corpus = $corpus)
order by
    metrics.role = 'accuracy' desc,
    thresholds.departs desc,
    thresholds.verdict <> 'not_identified' desc,
    thresholds.r2_isotonic desc nulls last,
    thresholds.source, thresholds.format, thresholds.metric, thresholds.n_shot, thresholds.corpus
