-- means over the same parts rest on different numbers of items
-- severity: error
-- blocking: no
select source, task, min(n_items) as n_items_min, max(n_items) as n_items_max
from scores
where is_aggregate
group by source, task
having min(n_items) <> max(n_items)
