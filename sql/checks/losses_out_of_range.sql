-- a loss is not a number above what its unit allows, or lies outside its own interval
-- severity: error
-- blocking: yes
select losses.checkpoint_id, losses.corpus, losses.unit, losses.loss, losses.loss_low, losses.loss_high
from losses
left join facts_units on facts_units.unit = losses.unit
where
    not coalesce(isfinite(losses.loss), false)
    or losses.loss <= facts_units.above
    or losses.loss < losses.loss_low
    or losses.loss > losses.loss_high
