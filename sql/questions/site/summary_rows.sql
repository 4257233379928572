-- One row a task and setting of summary: the verdict on the loss of its source that orders scores best.
select series_id, source, task, format, metric, n_shot, corpus, unit, loss_at_2_points,
    loss_at_2_points_low, loss_at_2_points_high, eta, eta_low, eta_high, verdict, reason, rank
from summary
order by
    verdict_rank,
    source,
    rank
