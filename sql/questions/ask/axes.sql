-- One row an axis of loss that curves of score stand on: its names, and how far its losses reach.
select
    corpus,
    unit,
    comparability_group,
    string_agg(distinct source, ', ' order by source) as sources,
    min(loss_min) as loss_min,
    max(loss_max) as loss_max,
from score_curves
group by corpus, unit, comparability_group
order by corpus, unit, comparability_group
