-- two rows of names have one key
-- severity: error
-- blocking: yes
select kind, source, name_as_published, count(*) as n
from names
group by all
having count(*) > 1
