-- a loss is in a unit that the warehouse does not know, or used without one
-- severity: error
-- blocking: yes
select losses.checkpoint_id, losses.corpus, losses.unit, losses.is_used
from losses
left join facts_units on facts_units.unit = losses.unit
where facts_units.unit is null or losses.corpus is null
