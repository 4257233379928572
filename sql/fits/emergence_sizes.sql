-- One row a task that leaves its floor, law and question: the size, tokens and compute at which the law reaches its threshold.
-- grain: series_id, family, form, points, at_params
-- use: how large a model must be; read `never`, p_never and is_unbounded before any number
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- family: models whose law it is
-- form: law: L(N), or L(N,D) asked for the compute-optimal size or at a given one
-- points: all, or without_outliers
-- at_params: size for which the tokens are asked; empty where the size is [parameters]
-- eta: threshold of loss
-- params: size that reaches it; empty where none does [parameters]
-- params_low: lower end of the 95 % interval, errors of threshold and law together [parameters]
-- params_high: upper end; empty where is_unbounded [parameters]
-- tokens: training tokens that reach it; empty for L(N) [tokens]
-- tokens_low: lower end of its interval [tokens]
-- tokens_high: upper end; empty where is_unbounded [tokens]
-- compute_flop: compute that reaches it, 6 × params × tokens [FLOP]
-- compute_flop_low: lower end of its interval [FLOP]
-- compute_flop_high: upper end; empty where is_unbounded [FLOP]
-- never: whether the law never comes down to the threshold
-- p_never: how probable that is, errors of threshold and law together [fraction]
-- is_unbounded: whether the interval has no upper end, since more than 2.5 % of the draws never reach the threshold
-- extrapolated: whether the size lies outside those that the law was fitted on
-- law_status: status of the law
-- reason: the answer in one sentence
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, family, form, points,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    at_params,
    eta,
    if(isfinite(params), params, null) as params,
    if(isfinite(params_low), params_low, null) as params_low,
    if(isfinite(params_high), params_high, null) as params_high,
    if(isfinite(tokens), tokens, null) as tokens,
    if(isfinite(tokens_low), tokens_low, null) as tokens_low,
    if(isfinite(tokens_high), tokens_high, null) as tokens_high,
    if(isfinite(compute_flop), compute_flop, null) as compute_flop,
    if(isfinite(compute_flop_low), compute_flop_low, null) as compute_flop_low,
    if(isfinite(compute_flop_high), compute_flop_high, null) as compute_flop_high,
    never,
    p_never,
    not coalesce(isfinite(if(at_params is null, params_high, tokens_high)), true) as is_unbounded,
    extrapolated,
    law_status,
    reason,
from emergence_size_fits
order by series_id, family, form, points, at_params nulls first
