-- One row a source, family, corpus, form and choice of points: a law of loss by size, or by size and tokens.
-- grain: source, family, corpus, unit, comparability_group, form, points
-- use: L(N) = irreducible_loss + (n0 / N)^alpha_n; L(N,D) = irreducible_loss + a / N^alpha + b / D^beta
--
-- Intervals are at 95 %, by resampling runs; an end beyond what a number can hold is empty.
--
-- family: models trained alike but for size
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- form: L(N) or L(N,D)
-- points: all, or without_outliers: flagged by the publisher, else six robust SDs off the first fit
-- token_rule: which points a law of size alone was fitted on: as trained, or those at one number of tokens a parameter
-- irreducible_loss: loss that the law cannot go below
-- irreducible_loss_low: lower end of its interval
-- irreducible_loss_high: upper end of its interval, at most loss_min
-- n0: size at which the reducible loss of L(N) is one [parameters]
-- n0_low: lower end of its interval
-- n0_high: upper end of its interval
-- alpha_n: exponent of size in L(N)
-- alpha_n_low: lower end of its interval
-- alpha_n_high: upper end of its interval
-- a: factor of the term of size in L(N,D)
-- a_low: lower end of its interval
-- a_high: upper end of its interval
-- alpha: exponent of size in L(N,D)
-- alpha_low: lower end of its interval
-- alpha_high: upper end of its interval
-- b: factor of the term of tokens in L(N,D)
-- b_low: lower end of its interval
-- b_high: upper end of its interval
-- beta: exponent of tokens in L(N,D)
-- beta_low: lower end of its interval
-- beta_high: upper end of its interval
-- compute_exponent: exponent of compute-optimal size in compute, beta / (alpha + beta)
-- compute_exponent_low: lower end of its interval
-- compute_exponent_high: upper end of its interval
-- rmse: root mean squared error of log loss
-- n: losses
-- n_runs: runs that they belong to
-- n_outliers: losses set aside
-- params_min: smallest size [parameters]
-- params_max: largest size [parameters]
-- loss_min: smallest loss
-- weigh_most: runs whose removal moves a parameter most
-- largest_shift: that move, in the parameter's own standard errors
-- stretch: what the draws' distances from the estimate are multiplied by for such an interval, since runs may be few
-- confidence: level of every interval of the row [fraction]
-- status: ok, irreducible_loss not identified, too_few_points, too_few_runs, tokens_follow_params
-- reason: the status in one sentence
select
    source,
    family,
    corpus,
    unit,
    comparability_group,
    form,
    points,
    token_rule,
    irreducible_loss,
    if(irreducible_loss_low > 1e-300, irreducible_loss_low, null) as irreducible_loss_low,
    if(irreducible_loss_high < 1e300, irreducible_loss_high, null) as irreducible_loss_high,
    n0,
    if(n0_low > 1e-300, n0_low, null) as n0_low,
    if(n0_high < 1e300, n0_high, null) as n0_high,
    alpha_n,
    if(alpha_n_low > 1e-300, alpha_n_low, null) as alpha_n_low,
    if(alpha_n_high < 1e300, alpha_n_high, null) as alpha_n_high,
    a,
    if(a_low > 1e-300, a_low, null) as a_low,
    if(a_high < 1e300, a_high, null) as a_high,
    alpha,
    if(alpha_low > 1e-300, alpha_low, null) as alpha_low,
    if(alpha_high < 1e300, alpha_high, null) as alpha_high,
    b,
    if(b_low > 1e-300, b_low, null) as b_low,
    if(b_high < 1e300, b_high, null) as b_high,
    beta,
    if(beta_low > 1e-300, beta_low, null) as beta_low,
    if(beta_high < 1e300, beta_high, null) as beta_high,
    compute_exponent,
    if(compute_exponent_low > 1e-300, compute_exponent_low, null) as compute_exponent_low,
    if(compute_exponent_high < 1e300, compute_exponent_high, null) as compute_exponent_high,
    rmse,
    n,
    n_runs,
    n_outliers,
    params_min,
    params_max,
    loss_min,
    array_to_string(weigh_most, ', ') as weigh_most,
    largest_shift,
    stretch,
    confidence,
    status,
    reason,
from loss_law_fits
order by source, family, corpus, unit, comparability_group, form, points
