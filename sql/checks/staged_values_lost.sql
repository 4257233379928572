-- a file has more or fewer values among the observations than its source staged
-- severity: error
-- blocking: yes
with given as (
    select source, file, count(*) as n
    from staged
    group by source, file
),
judged as (
    select source, file, count(*) as n
    from observations
    group by source, file
)
select
    coalesce(given.source, judged.source) as source,
    coalesce(given.file, judged.file) as file,
    coalesce(given.n, 0) as n_staged,
    coalesce(judged.n, 0) as n_observations,
from given
full join judged on judged.source = given.source and judged.file is not distinct from given.file
where given.n is distinct from judged.n
