-- a source in which the floor's interval leaves out the mean score above eta in more than a tenth of twenty rows or more
-- severity: warning
-- blocking: no
with above as (
    select
        thresholds.source,
        thresholds.series_id,
        any_value(thresholds.floor_low) as floor_low,
        any_value(thresholds.floor_high) as floor_high,
        avg(loss_scores.score) as mean_above,
    from thresholds
    inner join loss_scores on loss_scores.series_id = thresholds.series_id
    where
        thresholds.eta is not null
        and loss_scores.loss >= thresholds.eta_high
        and loss_scores.loss <= thresholds.loss_max
    group by thresholds.source, thresholds.series_id
)
select
    source,
    count(*) as thresholds,
    count(*) filter (where mean_above not between floor_low - 1e-9 and floor_high + 1e-9) as off,
from above
group by source
having count(*) >= 20 and off > 0.1 * count(*)
