-- One row a curve and loss of the grid, on the axes asked about: what an answer is read off.
-- Without a task: accuracies alone, one of them a task and setting, none whose loss is taken on the task's own text.
with candidates as (
    select distinct
        score_curves.series_id, score_curves.source, score_curves.task, score_curves.format, score_curves.metric,
        score_curves.n_shot, score_curves.comparability_group,
    from score_curves
    inner join metrics on metrics.metric = score_curves.metric
    where list_contains($groups, score_curves.comparability_group)
        and ($task is null or score_curves.task = $task)
        and ($task is not null or (metrics.role = 'accuracy' and not score_curves.circular))
),
chosen as (
    select *
    from candidates
    qualify $task is not null or row_number() over (
        partition by source, task, format, n_shot, comparability_group order by metric
    ) = 1
)
select
    score_curves.*,
    thresholds.verdict,
    coalesce(thresholds.chance_disputed, false) as chance_disputed,
    thresholds.loss_at_2_points,
    coalesce(forecast_coverage.coverage, forecast_coverage.source_coverage) as coverage_within,
    forecast_coverage.source_coverage_largest as coverage_beyond,
from score_curves
inner join chosen on chosen.series_id = score_curves.series_id
left join thresholds on thresholds.series_id = score_curves.series_id
left join forecast_coverage on forecast_coverage.series_id = score_curves.series_id
order by all
