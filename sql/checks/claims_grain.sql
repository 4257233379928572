-- two rows of claims have one key
-- severity: error
-- blocking: yes
select claim_id, source, count(*) as n
from claims
group by all
having count(*) > 1
