-- One row a fit: how often the forecast interval held the scores of runs left out.
-- grain: series_id
-- use: whether the intervals of score_curves and forecasts can be trusted on this source
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_runs: runs
-- n_checkpoints: their checkpoints
-- confidence: level that the interval claims [fraction]
-- coverage: share of left-out runs' checkpoints inside the interval that the other runs draw [fraction]
-- half_width: mean half width of that interval, in points where the scores are fractions
-- status: ok, constant, too_few_points, too_few_runs
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    n_runs, n_checkpoints, confidence, coverage, half_width, status,
from coverage_fits
order by series_id
