-- One row a source, task, format, metric, number of shots and corpus: does loss alone explain the score?
-- grain: series_id
-- use: what size, tokens, family and training corpus add once loss is known; groups and slopes stand in tables of their own
--
-- Biases, slopes, RMSE and SDs are in score points where score_unit is points, else in the metric's own unit.
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- n_checkpoints: checkpoints that the fit used
-- n_runs: runs that they belong to
-- score_unit: points (every score a fraction) or metric
-- score_sd: SD of the scores
-- rmse_in_sample: root mean squared error about the monotone curve of loss
-- rmse_run: the same for runs left out of the curve
-- r2_held_out: share of variance that the curve foretells for left-out runs [fraction]
-- rmse_params: the same for sizes left out of the curve
-- rmse_family: the same for families left out of the curve
-- rmse_training_corpus: the same for training corpora left out of the curve
-- overlap_params: share of checkpoints whose loss the other sizes surround [fraction]
-- overlap_family: share of checkpoints whose loss the other families surround [fraction]
-- overlap_training_corpus: share of checkpoints whose loss the other training corpora surround [fraction]
-- bias_params: largest bias of a size against the curve of the others at equal loss
-- bias_params_low: lower end of the interval of bias_params
-- bias_params_high: upper end of the interval of bias_params
-- bias_family: largest bias of a family
-- bias_family_low: lower end of the interval of bias_family
-- bias_family_high: upper end of the interval of bias_family
-- bias_training_corpus: largest bias of a training corpus
-- bias_training_corpus_low: lower end of the interval of bias_training_corpus
-- bias_training_corpus_high: upper end of the interval of bias_training_corpus
-- slope_params: change of the score per tenfold params at equal loss
-- slope_params_low: lower end of the interval of slope_params
-- slope_params_high: upper end of the interval of slope_params
-- slope_params_simex: slope_params without the error of the loss, where the loss has an interval
-- slope_tokens: change of the score per tenfold tokens at equal loss
-- slope_tokens_low: lower end of the interval of slope_tokens
-- slope_tokens_high: upper end of the interval of slope_tokens
-- effect_params: slope_params (without the error of the loss, where that is known) times the range of sizes seen
-- effect_params_low: lower end of its interval
-- effect_params_high: upper end of its interval
-- effect_tokens: slope_tokens times the range of tokens seen
-- effect_tokens_low: lower end of its interval
-- effect_tokens_high: upper end of its interval
-- loss_error: mean standard error of the loss, where published
-- p_params: p-value of size, by permuting runs of like loss
-- p_params_in_family: p-value of size within families
-- p_tokens: p-value of tokens
-- p_family: p-value of family
-- p_training_corpus: p-value of training corpus
-- run_sd: SD of runs at equal loss
-- run_sd_low: lower end of its interval
-- seed_sd: SD of runs alike in all but the seed, where there are any
-- item_sd: SD that the number of items alone gives
-- margin: effect or bias within which loss counts as sufficient
-- beyond_params: true where size is shown to matter, or one size to be off by more than the margin; empty where neither is
-- beyond_family: true where a family is shown to be off by more than the margin
-- beyond_training_corpus: true where a training corpus is shown to be off by more than the margin
-- sufficient: whether loss alone explains the score within the margin; empty where the data leave it open
-- status: what the fit met: ok, constant, too_few_points
-- reason: why, in one sentence
select
    series_id,
    source, task, format, metric, n_shot, corpus, unit, comparability_group, n_checkpoints, n_runs, score_unit, score_sd,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    rmse_in_sample, rmse_run, r2_held_out, rmse_params, rmse_family, rmse_training_corpus,
    overlap_params, overlap_family, overlap_training_corpus,
    bias_params, bias_params_low, bias_params_high, bias_family, bias_family_low, bias_family_high,
    bias_training_corpus, bias_training_corpus_low, bias_training_corpus_high,
    slope_params, slope_params_low, slope_params_high, slope_params_simex,
    slope_tokens, slope_tokens_low, slope_tokens_high,
    effect_params, effect_params_low, effect_params_high, effect_tokens, effect_tokens_low, effect_tokens_high, loss_error,
    p_params, p_params_in_family, p_tokens, p_family, p_training_corpus,
    run_sd, run_sd_low, seed_sd, item_sd, margin,
    beyond_params, beyond_family, beyond_training_corpus, sufficient, status, reason,
from sufficiency_fits
order by series_id
