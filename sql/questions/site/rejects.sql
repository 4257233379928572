-- One row a source and rule: how many inputs broke it, with one of them as an example.
select
    source,
    rule,
    count(*) as n,
    count(distinct file) as n_files,
    min_by(file, (file, place)) as file,
    min_by(place, (file, place)) as place,
    min_by(value, (file, place)) as value,
    min_by(message, (file, place)) as message,
from rejects
group by source, rule
order by source, n desc, rule
