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
-- extrapolated: whether the size lies outside those that the law was fitted on, or eta below all their losses
-- law_status: status of the law
-- reason: the answer in one sentence
-- is_preferred: whether this is the answer to believe among those to the same question: of one fit, family and size asked
-- which: why this answer is the one to believe, or another one is, in words
with answers as (
    select
        *,
        count(*) over same_question as n_answers,
        row_number() over (
            same_question
            -- A law that was identified, that tells size from data, that no outlier draws, and that need not reach far.
            order by law_status = 'ok' desc, form = 'L(N,D)' desc, points = 'without_outliers' desc, extrapolated, form, points
        ) as place,
        first_value(form || ' on ' || replace(points, '_', ' ') || ' points') over (
            same_question
            order by law_status = 'ok' desc, form = 'L(N,D)' desc, points = 'without_outliers' desc, extrapolated, form, points
        ) as best,
    from emergence_size_fits
    window same_question as (partition by series_id, family, at_params)
)
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
    place = 1 as is_preferred,
    case
        when n_answers = 1 then 'the only answer'
        when place = 1 then 'believe this one of ' || n_answers || ': '
        else 'believe ' || best || ' instead: '
    end
    || case
        when n_answers = 1 and law_status <> 'ok' then ', from a law that the data do not identify (' || law_status || ')'
        when n_answers = 1 then ''
        when place = 1 and law_status <> 'ok' then 'no law is identified, this one tells the most'
        when place = 1 and form = 'L(N,D)' then 'its law is identified and tells size from tokens'
        when place = 1 then 'its law is identified'
        when law_status <> 'ok' then 'the law here is not identified (' || law_status || ')'
        when form = 'L(N)' then 'a law of size alone takes the tokens of the runs as they came'
        when points = 'all' then 'the law here is drawn by outliers'
        else 'it reaches less far beyond the sizes seen'
    end
    || if(extrapolated, '; beyond the sizes that were fitted', '') as which,
from answers
order by series_id, family, form, points, at_params nulls first
