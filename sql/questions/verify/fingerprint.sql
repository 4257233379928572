-- One row: how many rows a relation holds and a number that stands for all of them, whatever their order.
select
    count(*) as rows,
    coalesce(sum(hash(held)::hugeint), 0)::varchar as fingerprint,
from held
