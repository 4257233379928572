-- One row a task and setting that the end of a run shows: the first of each source, most emergent first.
select
    source, task, format, n_shot, corpus, unit, verdict, verdict_rank,
    if(is_placed, eta, null) as eta,
    if(is_placed, eta_low, null) as eta_low,
    if(is_placed, eta_high, null) as eta_high,
from (
    select *, departs or verdict in ('smooth', 'ambiguous') as is_placed from summary
)
where rank <= greatest(8, 40 // (select count(distinct source) from summary))
order by source, rank
