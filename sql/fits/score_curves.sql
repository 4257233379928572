-- One row a fit and loss on a grid: the score that a new run would have there, with a prediction interval.
-- grain: source, task, format, metric, n_shot, corpus, unit, comparability_group, loss
-- use: read a score off at any loss between two rows; what `emergence ask` reads
--
-- Within the losses seen the curve is monotone and assumes no form; below them a logistic goes on, and says so.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- loss: where on the axis
-- score: score foretold
-- score_low: lower end of the prediction interval
-- score_high: upper end of the prediction interval
-- sd: standard deviation of a new run's score about it
-- freedom: degrees of freedom of sd
-- extrapolated: whether the loss lies below those seen
-- lower_bound: least score possible, where the scores are fractions
-- upper_bound: greatest score possible, where the scores are fractions
-- loss_min: least loss seen
-- loss_max: greatest loss seen
-- chance: score of guessing
-- n_checkpoints: checkpoints behind the curve
-- n_runs: runs that they belong to
-- by_runs: whether sd comes from runs left out; else from stretches of loss, since there are fewer than three runs
-- confidence: level of the interval [fraction]
-- circular: whether the loss is taken on the very text that the task asks for
select
    score_curve_fits.source,
    score_curve_fits.task,
    score_curve_fits.format,
    score_curve_fits.metric,
    score_curve_fits.n_shot,
    score_curve_fits.corpus,
    score_curve_fits.unit,
    score_curve_fits.comparability_group,
    score_curve_fits.loss,
    score_curve_fits.score,
    score_curve_fits.score_low,
    score_curve_fits.score_high,
    score_curve_fits.sd,
    score_curve_fits.freedom,
    score_curve_fits.extrapolated,
    score_curve_fits.higher_is_better,
    score_curve_fits.lower_bound,
    score_curve_fits.upper_bound,
    score_curve_fits.loss_min,
    score_curve_fits.loss_max,
    score_curve_fits.chance,
    score_curve_fits.n_checkpoints,
    score_curve_fits.n_runs,
    score_curve_fits.by_runs,
    score_curve_fits.confidence,
    facts_circular.task is not null as circular,
from score_curve_fits
left join facts_circular
    on facts_circular.corpus = score_curve_fits.corpus and facts_circular.task = score_curve_fits.task
order by
    score_curve_fits.source, score_curve_fits.task, score_curve_fits.format, score_curve_fits.metric,
    score_curve_fits.n_shot, score_curve_fits.corpus, score_curve_fits.unit, score_curve_fits.comparability_group, score_curve_fits.loss
