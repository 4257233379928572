-- One row a task and setting that the end of a run shows: the first of each source, the clearest departures first.
select
    source, task, format, n_shot, corpus, unit, verdict, verdict_rank,
    loss_at_2_points, loss_at_2_points_low, loss_at_2_points_high, eta, eta_low, eta_high,
from summary
where rank <= greatest(8, 40 // (select count(distinct source) from summary))
order by source, rank
