-- One row a source, task, format, metric, number of shots and corpus: is there a threshold of loss, where, how sure.
-- grain: series_id
-- use: the verdict and its reason; eta with its interval and its sensitivity to the form
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_checkpoints: checkpoints that the fit used
-- n_dropped: checkpoints left out, their loss above 1.5 times the median
-- n_runs: runs that they belong to
-- loss_min: least loss among them
-- loss_max: greatest loss among them
-- chance: score of guessing; empty where guessing has no fixed score
-- floor: score that the task shows at high loss
-- floor_low: lower end of the interval of the floor
-- floor_high: upper end of the interval of the floor
-- floor_is_fixed: whether the floor was held at chance, since the data could not tell
-- floor_differs_from_chance: whether the interval of the floor leaves chance out
-- eta: loss below which the score leaves its floor
-- eta_low: lower end of the interval of eta
-- eta_high: upper end of the interval of eta
-- confidence: level of every interval of the row [fraction]
-- inference: across_runs, by resampling runs; within_run, where there are fewer than three
-- form: threshold form selected, a hinge with its power or a jump with a slope
-- eta_by_form_min: least eta over the forms
-- eta_by_form_max: greatest eta over the forms
-- slope: gain in score for each unit of loss below eta
-- slope_low: lower end of the interval of the slope
-- slope_high: upper end of the interval of the slope
-- n_above: checkpoints above eta
-- n_below: checkpoints below eta
-- runs_above: runs with a checkpoint above eta
-- runs_below: runs with a checkpoint below eta
-- p_threshold: p-value of a threshold against none
-- p_adjusted: p_threshold adjusted for all fits of its source, by Benjamini and Yekutieli
-- p_local: p-value of the threshold on the points near eta alone
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
-- verdict: what the fit came to, a word of the vocabulary
-- verdict_rank: place of the verdict among verdicts, the clearest first
-- departs: whether the verdict says that the score leaves its floor within the losses seen
-- reason: the verdict in one sentence
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
    threshold_fits.floor,
    threshold_fits.floor_low,
    threshold_fits.floor_high,
    threshold_fits.floor_is_fixed,
    threshold_fits.floor_differs_from_chance,
    threshold_fits.eta,
    threshold_fits.eta_low,
    threshold_fits.eta_high,
    threshold_fits.confidence,
    threshold_fits.inference,
    threshold_fits.form,
    threshold_fits.eta_by_form_min,
    threshold_fits.eta_by_form_max,
    threshold_fits.slope,
    threshold_fits.slope_low,
    threshold_fits.slope_high,
    threshold_fits.n_above,
    threshold_fits.n_below,
    threshold_fits.runs_above,
    threshold_fits.runs_below,
    threshold_fits.p_threshold,
    threshold_fits.p_adjusted,
    threshold_fits.p_local,
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
    threshold_fits.reason
    || if(circular, '; the loss is taken on the very text that the task asks for', '') as reason,
    sources.citation,
from threshold_fits
left join facts_vocabulary on facts_vocabulary.kind = 'verdict' and facts_vocabulary.value = threshold_fits.verdict
left join sources on sources.source = threshold_fits.source
left join facts_circular
    on facts_circular.corpus = threshold_fits.corpus and facts_circular.task = threshold_fits.task
left join sufficiency_fits on sufficiency_fits.series_id = threshold_fits.series_id
order by threshold_fits.series_id
