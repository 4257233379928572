-- One row a file and kind of value that is printed in another scale: percents, or perplexities in place of losses.
-- grain: source, file, kind, unit, metric_as_published
-- use: observations rejects all such values of the file, also those that would pass by their size; internal
-- partition: source; whole: facts_metrics, facts_units, names
--
-- A single value above its bound is a slip, and rejected alone. Where it is a quarter of the file's values, and more
-- than one, the scale is another, and the small values are as wrong as the large ones.
--
-- n_values: values of that kind in the file
-- n_above: those above the upper bound of their unit or metric
with bounded as (
    select
        staged.source,
        staged.file,
        staged.kind,
        if(staged.kind = 'loss', staged.unit, null) as unit,
        if(staged.kind = 'score', staged.metric_as_published, null) as metric_as_published,
        staged.value > if(staged.kind = 'loss', facts_units.upper_bound, facts_metrics.upper_bound) as is_above,
    from staged
    left join facts_units on facts_units.unit = staged.unit
    left join names
        on names.kind = 'metric'
        and names.source = staged.source
        and names.name_as_published = staged.metric_as_published
    left join facts_metrics on facts_metrics.metric = names.name
),
suspects as (
    select distinct source, file from bounded where is_above
)
select
    source,
    file,
    kind,
    unit,
    metric_as_published,
    count(*) as n_values,
    count_if(is_above) as n_above,
from bounded
semi join suspects on suspects.source = bounded.source and suspects.file = bounded.file
group by source, file, kind, unit, metric_as_published
having count_if(is_above) > 1 and count_if(is_above) >= 0.25 * count(*)
order by source, file, kind, unit, metric_as_published
