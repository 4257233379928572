-- One row a source: its state, what it gave, and under which licence; what to cite is in the view credits.
select
    source,
    status,
    licence,
    if(redistribute, 'yes', 'no') as share,
    rows_kept as values,
    coalesce(loss_axes.corpora, 0) as corpora,
    coalesce(benchmarks.tasks, 0) as tasks,
from sources
left join (
    select source, count(distinct corpus) as corpora from losses group by source
) as loss_axes using (source)
left join (
    select source, count(distinct task) as tasks from scores group by source
) as benchmarks using (source)
order by source
