-- a loss is not a positive number, or lies outside its own interval
-- severity: error
-- blocking: yes
select checkpoint_id, corpus, unit, loss, loss_low, loss_high
from losses
where
    not coalesce(isfinite(loss) and loss > 0, false)
    or loss < loss_low
    or loss > loss_high
