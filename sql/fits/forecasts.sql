-- One row a scenario and fit: the score foretold for a larger model, or for a running one of one's own.
-- grain: series_id, scenario
-- use: what a model to come will score; the interval is for one new run, and a forecast beyond the data says so
--
-- A scenario is a model 2, 5 or 10 times the largest of its family at the same tokens a parameter, its loss through the
-- family's law; or one of one's own runs at its last loss, on the curves of the other sources that share its axis of loss.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- scenario: which model; a run_id for one of one's own
-- family: models whose law gives the loss
-- form: law that gives the loss; empty where it was measured
-- params: size of the model [parameters]
-- tokens: training tokens of the model [tokens]
-- loss: loss that it will have, or has
-- loss_low: lower end of the 95 % interval of the loss
-- loss_high: upper end of the 95 % interval of the loss
-- score: score foretold; empty where the loss lies too far from those seen
-- score_low: lower end of the prediction interval
-- score_high: upper end of the prediction interval
-- chance: score of guessing
-- chance_disputed: whether that chance is in dispute (see task_chance): above it is then not yet above guessing
-- p_above_chance: probability that the score is above chance [fraction]
-- confidence: level of the interval of the score [fraction]
-- n_runs_near: runs that have losses on both sides of the loss, or about it; 0 beyond the data
-- runs_near: the first five of them by name
-- measured_coverage: share of left-out runs' scores (of a larger model, or beyond the data: the largest size's) that such
--   intervals held [fraction]
-- extrapolated: whether the loss lies beyond those seen
-- is_larger: whether the model is larger than all behind the curve
-- loss_min: least loss seen
-- loss_max: greatest loss seen
-- n_checkpoints: checkpoints behind the curve
-- n_runs: runs that they belong to
-- by_runs: whether the interval comes from runs left out
-- status: ok; within_run (fewer than three runs are near); beyond_reach (the loss lies too far below those seen, or above them)
with held as (
    select
        series_id,
        coalesce(coverage, source_coverage) as within,
        source_coverage_largest as beyond,
    from forecast_coverage
),
disputes as (
    select series_id, chance_disputed from task_coverage
)
select
    forecast_fits.series_id,
    source, task, format, metric, n_shot, corpus, unit, comparability_group, scenario, family, form, params, tokens,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    loss_asked as loss,
    loss_low, loss_high, score, score_low, score_high, chance, coalesce(disputes.chance_disputed, false) as chance_disputed,
    p_above_chance, confidence,
    n_runs_near, runs_near, case when extrapolated or is_larger then held.beyond else held.within end as measured_coverage,
    extrapolated, is_larger,
    loss_min, loss_max, n_checkpoints, n_runs, by_runs, status,
from forecast_fits
left join held on held.series_id = forecast_fits.series_id
left join disputes on disputes.series_id = forecast_fits.series_id
order by forecast_fits.series_id, params, scenario
