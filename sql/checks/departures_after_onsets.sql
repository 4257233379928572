-- a run lies 8 points above chance, three checkpoints in a row, on the floor's side of a departure or of eta
-- severity: warning
-- blocking: no
select
    thresholds.series_id,
    onsets.run_id,
    onsets.loss_after,
    thresholds.loss_at_2_points_above_chance_high,
    thresholds.eta_high,
from thresholds
inner join onsets on onsets.series_id = thresholds.series_id
where
    onsets.rule = 'plus_8_points'
    and onsets.loss_after <= thresholds.loss_max
    and (
        onsets.loss_after > thresholds.loss_at_2_points_above_chance_high + 1e-9
        or (thresholds.floor <= thresholds.chance + 0.02 and onsets.loss_after > thresholds.eta_high + 1e-9)
    )
