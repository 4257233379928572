-- One row a fit: how often the forecast interval held the scores of runs left out, and of the largest size.
-- grain: series_id
-- use: whether the intervals of score_curves and forecasts can be trusted on this source
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_runs: runs
-- n_checkpoints: their checkpoints
-- confidence: level that the interval claims [fraction]
-- coverage: share of left-out runs' checkpoints inside the interval that the other runs draw [fraction]
-- coverage_largest: share of the largest size's checkpoints inside the interval that the smaller sizes draw [fraction]
-- source_coverage: mean of coverage over the settings of that source, corpus and metric [fraction]
-- source_coverage_largest: mean of coverage_largest over them; what to expect of a forecast beyond the data [fraction]
-- half_width: mean half width of that interval, in points where the scores are fractions
-- status: ok, constant, too_few_points, too_few_runs
with measured as (
    select
        coverage_fits.*,
        largest_size_fits.coverage as coverage_largest,
    from coverage_fits
    left join largest_size_fits on largest_size_fits.series_id = coverage_fits.series_id
)
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    n_runs, n_checkpoints, confidence, coverage, coverage_largest,
    round(avg(coverage) over by_source, 9) as source_coverage,
    round(avg(coverage_largest) over by_source, 9) as source_coverage_largest,
    half_width, status,
from measured
window by_source as (partition by source, corpus, unit, comparability_group, metric)
order by series_id
