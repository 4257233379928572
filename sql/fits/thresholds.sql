-- One row a source, task, format, metric, number of shots and corpus: is there a threshold of loss, where, how sure.
-- grain: series_id
-- use: the verdict and its reason; the departure loss, and eta only where it is located whatever the form
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_checkpoints: checkpoints that the fit used
-- n_dropped: checkpoints left out, their loss above 1.5 times the median
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
-- loss_at_2_points: departure loss: at it the expected score is 0.02 above the floor, without a form of curve
-- loss_at_2_points_low: lower end of its interval
-- loss_at_2_points_high: upper end of its interval
-- loss_at_5_points: the same at 0.05 above the floor
-- loss_at_5_points_low: lower end of its interval
-- loss_at_5_points_high: upper end of its interval
-- loss_at_2_points_above_chance: the same at 0.02 above chance, where chance is known
-- loss_at_2_points_above_chance_low: lower end of its interval
-- loss_at_2_points_above_chance_high: upper end of its interval
-- step_in_points: whether those steps are points of an accuracy; else they are 2 and 5 % of the rise seen
-- eta: loss below which the score leaves its floor by a threshold curve; empty unless located whatever the form
-- eta_low: lower end of the interval of eta
-- eta_high: upper end of the interval of eta
-- confidence: level of every interval of the row [fraction]
-- inference: across_runs, by resampling six runs or more; combined, two to five runs judged one by one; within_run
-- form: threshold form selected: jump (with a slope), hinge, power, or plateau (a power with a ceiling)
-- power: exponent of the rise below eta; 1 for a jump, whose slope follows it
-- eta_by_form_min: least eta over the forms
-- eta_by_form_max: greatest eta over the forms
-- slope: gain in score for each unit of loss below eta
-- slope_low: lower end of the interval of the slope
-- slope_high: upper end of the interval of the slope
-- n_above: distinct losses above the departure loss (eta, where the score rises by less than two points)
-- n_below: distinct losses below it
-- runs_above: runs with a checkpoint above it
-- runs_below: runs with a checkpoint below it
-- runs_agreeing: of runs judged one by one, how many have the row's verdict by themselves
-- detectable_rise: smallest rise that would have been seen in 80 % of such tables
-- p_threshold: p-value of a threshold against none
-- p_adjusted: p_threshold adjusted for all fits of its source, by Benjamini and Yekutieli
-- p_step: p-value of a rise without a step; a step is shown where it is small
-- p_local: p-value of the threshold on the points near eta alone
-- p_fit: p-value of the threshold curve's lack of fit; below 0.05 the status is misfit and eta empty
-- width: loss over which the transition makes 10 to 90 % of its way
-- width_low: lower end of the interval of the width
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
-- verdict: what the fit came to, a word of the vocabulary; only sharp supports a threshold
-- verdict_rank: place of the verdict among verdicts, the clearest first
-- departs: whether the verdict says that the score leaves its floor within the losses seen
-- verdict_v1: the nearest word of schema 1, for one release
-- reason: the verdict in one sentence: what was shown, on which runs and losses, which condition failed
-- citation: what to cite for the data
select
    threshold_fits.series_id,
    threshold_fits.source,
    threshold_fits.task,
    threshold_fits.format,
    threshold_fits.metric,
    threshold_fits.n_shot,
    threshold_fits.corpus,
    threshold_fits.unit,
    threshold_fits.comparability_group,
    facts_circular.task is not null as circular,
    threshold_fits.n_checkpoints,
    threshold_fits.n_dropped,
    threshold_fits.n_runs,
    threshold_fits.loss_min,
    threshold_fits.loss_max,
    threshold_fits.chance,
    coalesce(task_coverage.chance_disputed, false) as chance_disputed,
    threshold_fits.floor,
    threshold_fits.floor_low,
    threshold_fits.floor_high,
    threshold_fits.floor_is_fixed,
    threshold_fits.floor_differs_from_chance,
    threshold_fits.loss_at_2_points,
    threshold_fits.loss_at_2_points_low,
    threshold_fits.loss_at_2_points_high,
    threshold_fits.loss_at_5_points,
    threshold_fits.loss_at_5_points_low,
    threshold_fits.loss_at_5_points_high,
    threshold_fits.loss_at_2_points_above_chance,
    threshold_fits.loss_at_2_points_above_chance_low,
    threshold_fits.loss_at_2_points_above_chance_high,
    threshold_fits.step_in_points,
    threshold_fits.eta,
    threshold_fits.eta_low,
    threshold_fits.eta_high,
    threshold_fits.confidence,
    threshold_fits.inference,
    threshold_fits.form,
    threshold_fits.power,
    threshold_fits.eta_by_form_min,
    threshold_fits.eta_by_form_max,
    threshold_fits.slope,
    threshold_fits.slope_low,
    threshold_fits.slope_high,
    threshold_fits.n_above,
    threshold_fits.n_below,
    threshold_fits.runs_above,
    threshold_fits.runs_below,
    threshold_fits.runs_agreeing,
    threshold_fits.detectable_rise,
    threshold_fits.p_threshold,
    threshold_fits.p_adjusted,
    threshold_fits.p_step,
    threshold_fits.p_local,
    threshold_fits.p_fit,
    threshold_fits.width,
    threshold_fits.width_low,
    threshold_fits.width_high,
    threshold_fits.delta_smooth,
    threshold_fits.delta_smooth_se,
    threshold_fits.smooth_form,
    threshold_fits.rho,
    threshold_fits.r2_threshold,
    threshold_fits.r2_linear,
    threshold_fits.r2_smooth,
    threshold_fits.r2_isotonic,
    sufficiency_fits.sufficient,
    threshold_fits.status,
    threshold_fits.verdict,
    facts_vocabulary.rank as verdict_rank,
    facts_vocabulary.departs,
    threshold_fits.verdict_v1,
    threshold_fits.reason
    || '; losses in ' || replace(threshold_fits.unit, '_', ' ')
    || if(circular, '; the loss is taken on the very text that the task asks for', '') as reason,
    sources.citation,
from threshold_fits
left join facts_vocabulary on facts_vocabulary.kind = 'verdict' and facts_vocabulary.value = threshold_fits.verdict
left join sources on sources.source = threshold_fits.source
left join facts_circular
    on facts_circular.corpus = threshold_fits.corpus and facts_circular.task = threshold_fits.task
left join task_coverage on task_coverage.series_id = threshold_fits.series_id
left join sufficiency_fits on sufficiency_fits.series_id = threshold_fits.series_id
order by threshold_fits.series_id
