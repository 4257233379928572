-- two rows of source_files have one key
-- severity: error
-- blocking: yes
select source, version, file, count(*) as n
from source_files
group by all
having count(*) > 1
