-- One row a fit and numeric covariate: how much it changes the score at equal loss.
-- grain: series_id, factor
-- use: whether size, tokens or another covariate matters once loss is known; beside sufficiency, whose unit and margin hold
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- factor: params, tokens, or another numeric covariate that varies
-- scale: log10 (slope is per tenfold) or linear
-- within_corpus: whether models are compared within training corpora, as where sizes and corpora are crossed
-- runs: runs behind it
-- slope: change of the score per unit of the covariate at equal loss; points, or the metric's unit
-- slope_low: lower end of its 95 % interval over runs
-- slope_high: upper end of that interval
-- slope_simex: slope without the error of the loss, where the loss has an interval
-- span: range of the covariate over the runs, in its scale
-- effect: slope (slope_simex where known) times span
-- effect_low: lower end of its 95 % interval
-- effect_high: upper end of that interval
-- loss_between: loss that has half the weight of the checkpoints on either side
-- effect_above: the effect at losses above it, over the range of the covariate there; empty of too few runs
-- effect_above_low: lower end of its 95 % interval
-- effect_above_high: upper end of that interval
-- effect_below: the effect at losses below it
-- effect_below_low: lower end of its 95 % interval
-- effect_below_high: upper end of that interval
-- matters: false where the effect, and that in either half, is shown to be within the margin, true where one differs from zero and is not; else empty
-- margin: effect within which loss counts as sufficient
with covariates as (
    select
        series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, margin,
        unnest(slopes) as found,
    from sufficiency_fits
)
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    found.factor as factor,
    found.scale as scale,
    found.within_corpus as within_corpus,
    found.runs as runs,
    found.slope as slope,
    found.slope_low as slope_low,
    found.slope_high as slope_high,
    found.slope_simex as slope_simex,
    found.span as span,
    found.effect as effect,
    found.effect_low as effect_low,
    found.effect_high as effect_high,
    found.loss_between as loss_between,
    found.effect_above as effect_above,
    found.effect_above_low as effect_above_low,
    found.effect_above_high as effect_above_high,
    found.effect_below as effect_below,
    found.effect_below_low as effect_below_low,
    found.effect_below_high as effect_below_high,
    found.matters as matters,
    margin,
from covariates
order by series_id, factor
