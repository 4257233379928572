-- two rows of copied_files have one key
-- severity: error
-- blocking: yes
select checkpoint_id, file, count(*) as n
from copied_files
group by all
having count(*) > 1
