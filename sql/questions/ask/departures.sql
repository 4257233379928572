-- One row a fit of others, on the axes asked about, whose score leaves its floor: the loss at which it is 2 points above.
select
    series_id, source, task, format, metric, n_shot, comparability_group, verdict,
    loss_at_2_points as loss,
    loss_at_2_points_low as loss_low,
    loss_at_2_points_high as loss_high,
from thresholds
where list_contains($groups, comparability_group) and departs and loss_at_2_points is not null and not circular
    and metric in (select metric from metrics where role = 'accuracy')
order by comparability_group, loss desc, series_id
