-- a run has two last checkpoints
-- severity: error
-- blocking: no
select run_id, count(*) as n
from checkpoints
where is_final
group by run_id
having count(*) > 1
