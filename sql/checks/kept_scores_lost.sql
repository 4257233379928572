-- a kept score of the observations is not among the scores, or stands there more than once
-- severity: error
-- blocking: yes
with kept as (
    select source, version, file, count(*) as n
    from observations
    where status = 'kept' and kind = 'score'
    group by source, version, file
),
reached as (
    select source, version, file, count(*) as n
    from scores
    where not is_aggregate
    group by source, version, file
)
select
    coalesce(kept.source, reached.source) as source,
    coalesce(kept.file, reached.file) as file,
    coalesce(kept.n, 0) as n_kept,
    coalesce(reached.n, 0) as n_scores,
from kept
full join reached
    on reached.source = kept.source
    and reached.version is not distinct from kept.version
    and reached.file = kept.file
where kept.n is distinct from reached.n
