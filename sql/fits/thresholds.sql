-- One row a source, task, format, metric, number of shots and corpus: is there a threshold of loss, where, how sure.
-- grain: series_id
-- use: the verdict and its reason; the departure loss, and eta only where its curve fits and its bend is located
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_checkpoints: checkpoints that the fit used
-- n_dropped: checkpoints left out: their loss is above 1.5 times the median, or they stand there twice
-- n_runs: runs that they belong to
-- loss_min: least loss among them
-- loss_max: greatest loss among them
-- chance: score of guessing; empty where guessing has no fixed score
-- chance_disputed: whether that chance is in dispute (see task_chance): above it is then not yet above guessing
-- floor: mean score of the floor stretch, the highest fifth of the losses (from eta on, where it lies within)
-- floor_low: lower end of the interval of the floor
-- floor_high: upper end of the interval of the floor
-- floor_is_fixed: always false: the floor is read from the data (the column leaves with the next schema)
-- floor_differs_from_chance: whether the interval of the floor leaves chance out
-- loss_at_2_points: departure loss: at it the expected score is 0.02 above the floor, or 2 % of the rise off it (step_in_points)
-- loss_at_2_points_low: lower end of its interval
-- loss_at_2_points_high: upper end of its interval
-- loss_at_5_points: the same at 0.05 above the floor
-- loss_at_5_points_low: lower end of its interval
-- loss_at_5_points_high: upper end of its interval
-- loss_at_2_points_above_chance: the same at 0.02 above chance, where chance is known
-- loss_at_2_points_above_chance_low: lower end of its interval
-- loss_at_2_points_above_chance_high: upper end of its interval
-- step_in_points: whether those steps are points of an accuracy; else they are 2 and 5 % of the rise seen
-- eta: loss below which the score leaves its floor by a threshold curve of the best power; empty where that curve does not
--   fit or its bend is not located; it is a threshold where the verdict is sharp, and other forms may put it elsewhere
-- eta_low: lower end of the interval of eta
-- eta_high: upper end of the interval of eta
-- confidence: level of every interval of the row [fraction]
-- inference: across_runs, by resampling six runs or more; combined, two to five runs judged one by one, or of more runs
--   those that cross the departure, where fewer than three lie on a side; within_run
-- form: threshold form selected: jump (with a slope), hinge, power, or plateau (a power with a ceiling)
-- power: exponent of the rise below eta; 1 for a jump, whose slope follows it
-- eta_by_form_min: least eta over all forms that rise, whether or not they fit
-- eta_by_form_max: greatest eta over them
-- slope: gain in score for each unit of loss below eta
-- slope_low: lower end of the interval of the slope
-- slope_high: upper end of the interval of the slope
-- n_above: distinct losses above the departure loss (eta, where the score rises by less than two points)
-- n_below: distinct losses below it
-- runs_above: runs with a checkpoint above it
-- runs_below: runs with a checkpoint below it
-- runs_agreeing: of runs judged one by one, how many agree with the row's verdict by themselves: one that leaves its
--   floor with its width open agrees with sharp as with gradual, and the other way round
-- detectable_rise: smallest rise that would have been seen in 80 % of such tables
-- p_threshold: p-value of a threshold against none
-- p_adjusted: p_threshold adjusted for all fits of its source, by Benjamini and Yekutieli
-- p_step: p-value of a rise without a step; a step is shown where it is small
-- p_local: p-value of the threshold on the points near eta alone
-- p_fit: p-value of the threshold curve's lack of fit; below 0.05 the status is misfit and eta empty
-- width: loss over which the transition makes 10 to 90 % of its way
-- width_low: lower end of the interval of the width, at most the losses seen
-- width_high: upper end of the interval of the width
-- delta_smooth: held-out log score of the threshold form above the best smooth curve, by runs
-- delta_smooth_se: standard error of delta_smooth over runs
-- smooth_form: best smooth curve
-- rho: autocorrelation of neighbouring residuals within a run
-- r2_threshold: share of variance that the threshold form explains [fraction]
-- r2_linear: share of variance that a line explains [fraction]
-- r2_smooth: share of variance that the best smooth curve explains [fraction]
-- r2_isotonic: share of variance that any monotone curve can explain [fraction]
-- sufficient: whether loss alone explains the score within a point; empty where the data leave it open
-- status: what the fit met, a word of the vocabulary (fit_status)
-- verdict: what the fit came to, a word of the vocabulary; only sharp supports a threshold; what stands above a chance in
--   dispute from the start is not_identified
-- verdict_rank: place of the verdict among verdicts, the clearest first
-- departs: whether the verdict says that the score leaves its floor within the losses seen
-- verdict_v1: the nearest word of schema 1, for one release
-- reason: the verdict in one sentence: what was shown, on which runs and losses, which condition failed
-- citation: what to cite for the data
-- Above a chance that is in dispute is not yet above guessing.
with doubted as (
    select series_id from task_coverage where chance_disputed
),
judged as (
    select
        threshold_fits.*,
        doubted.series_id is not null as chance_disputed,
        threshold_fits.verdict = 'above_floor' and chance_disputed as only_above_doubt,
        if(only_above_doubt, 'not_identified', threshold_fits.verdict) as final_verdict,
    from threshold_fits
    left join doubted on doubted.series_id = threshold_fits.series_id
)
select
    judged.series_id,
    judged.source,
    judged.task,
    judged.format,
    judged.metric,
    judged.n_shot,
    judged.corpus,
    judged.unit,
    judged.comparability_group,
    facts_circular.task is not null as circular,
    judged.n_checkpoints,
    judged.n_dropped,
    judged.n_runs,
    judged.loss_min,
    judged.loss_max,
    judged.chance,
    judged.chance_disputed,
    judged.floor,
    judged.floor_low,
    judged.floor_high,
    judged.floor_is_fixed,
    judged.floor_differs_from_chance,
    judged.loss_at_2_points,
    judged.loss_at_2_points_low,
    judged.loss_at_2_points_high,
    judged.loss_at_5_points,
    judged.loss_at_5_points_low,
    judged.loss_at_5_points_high,
    judged.loss_at_2_points_above_chance,
    judged.loss_at_2_points_above_chance_low,
    judged.loss_at_2_points_above_chance_high,
    judged.step_in_points,
    judged.eta,
    judged.eta_low,
    judged.eta_high,
    judged.confidence,
    judged.inference,
    judged.form,
    judged.power,
    judged.eta_by_form_min,
    judged.eta_by_form_max,
    judged.slope,
    judged.slope_low,
    judged.slope_high,
    judged.n_above,
    judged.n_below,
    judged.runs_above,
    judged.runs_below,
    judged.runs_agreeing,
    judged.detectable_rise,
    judged.p_threshold,
    judged.p_adjusted,
    judged.p_step,
    judged.p_local,
    judged.p_fit,
    judged.width,
    judged.width_low,
    judged.width_high,
    judged.delta_smooth,
    judged.delta_smooth_se,
    judged.smooth_form,
    judged.rho,
    judged.r2_threshold,
    judged.r2_linear,
    judged.r2_smooth,
    judged.r2_isotonic,
    sufficiency_fits.sufficient,
    judged.status,
    judged.final_verdict as verdict,
    facts_vocabulary.rank as verdict_rank,
    facts_vocabulary.departs,
    if(only_above_doubt, 'ambiguous', judged.verdict_v1) as verdict_v1,
    judged.reason
    || if(only_above_doubt, '; failed: that chance is in dispute', '')
    || '; losses in ' || replace(judged.unit, '_', ' ')
    || if(circular, '; the loss is taken on the very text that the task asks for', '') as reason,
    sources.citation,
from judged
left join facts_vocabulary on facts_vocabulary.kind = 'verdict' and facts_vocabulary.value = judged.final_verdict
left join sources on sources.source = judged.source
left join facts_circular
    on facts_circular.corpus = judged.corpus and facts_circular.task = judged.task
left join sufficiency_fits on sufficiency_fits.series_id = judged.series_id
order by judged.series_id
