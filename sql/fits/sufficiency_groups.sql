-- One row a fit and a size, family or training corpus: its bias at equal loss.
-- grain: series_id, factor, level
-- use: which models do better or worse than others of the same loss; beside sufficiency, whose unit and margin hold
--
-- comparability_group: corpus and tokenizer; losses share an axis only within one group
-- factor: params, family or training_corpus
-- level: the size, family or training corpus
-- bias: mean over its runs of score less the curve of the others at equal loss; points, or the metric's unit
-- bias_low: lower end of the 95 % interval of the bias
-- bias_high: upper end of the 95 % interval of the bias
-- runs: runs behind it
-- margin: bias within which loss counts as sufficient
with groups as (
    select
        series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, margin,
        unnest(biases) as found,
    from sufficiency_fits
)
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group,
    (corpus, task) in (select corpus, task from facts_circular) as circular,
    found.factor as factor,
    found."group" as level,
    found.bias as bias,
    found.low as bias_low,
    found.high as bias_high,
    found.runs as runs,
    margin,
from groups
order by series_id, factor, level
