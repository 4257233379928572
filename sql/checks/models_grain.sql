-- two rows of models have one key
-- severity: error
-- blocking: yes
select model, count(*) as n
from models
group by all
having count(*) > 1
