-- One row a task and setting that the end of a run shows: the first of each source, most emergent first.
select source, task, format, n_shot, corpus, eta, eta_low, eta_high, verdict
from summary
where rank <= 14
order by source, rank
