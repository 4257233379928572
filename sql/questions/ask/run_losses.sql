-- One row a loss of one run that fits may use, on its axis, in the order of training.
select losses.corpus, losses.unit, losses.comparability_group, checkpoints.step, checkpoints.tokens, losses.loss
from losses
inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
where losses.run_id = $run and losses.is_used and checkpoints.tokens > 0
order by losses.comparability_group, checkpoints.tokens
