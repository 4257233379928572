-- One row a curve and loss of the grid, on the axes asked about: what an answer is read off.
-- Each column is named, so that a release without one of them is told from a wrong question.
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
    score_curves.series_id, score_curves.source, score_curves.task, score_curves.format, score_curves.metric, score_curves.n_shot,
    score_curves.corpus, score_curves.unit, score_curves.comparability_group,
    score_curves.loss, score_curves.score, score_curves.score_low, score_curves.score_high, score_curves.sd, score_curves.freedom,
    score_curves.score_low_larger, score_curves.score_high_larger, score_curves.sd_larger, score_curves.freedom_larger,
    score_curves.n_runs_near, score_curves.runs_near, score_curves.within_run, score_curves.extrapolated,
    score_curves.higher_is_better, score_curves.lower_bound, score_curves.upper_bound,
    score_curves.loss_min, score_curves.loss_max, score_curves.params_max, score_curves.chance,
    score_curves.n_checkpoints, score_curves.n_runs, score_curves.by_runs, score_curves.confidence,
    score_curves.circular,
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
