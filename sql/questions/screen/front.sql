-- One row a task and setting that the end of a run shows: the clearest departures, a few of each source and verdict.
-- Where next to nothing departs, what comes after it in clearness stands in.
with placed as (
    select summary.*, row_number() over (partition by source, verdict order by rank) as place
    from summary
)
select
    placed.source, placed.task, placed.format, placed.n_shot, placed.corpus, placed.unit, placed.comparability_group,
    placed.n_runs, placed.verdict, placed.verdict_rank, placed.departs,
    placed.loss_at_2_points, placed.loss_at_2_points_low, placed.loss_at_2_points_high,
    placed.eta, placed.eta_low, placed.eta_high, thresholds.eta_by_form_min, thresholds.eta_by_form_max,
from placed
inner join thresholds using (series_id)
where placed.place <= 6 and (placed.departs or (select count(*) from summary where departs) < 8)
order by placed.verdict_rank, placed.source, placed.place
limit 24
