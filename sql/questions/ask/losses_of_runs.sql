-- One row a loss of some runs that fits may use, at a known number of tokens.
select losses.run_id, losses.corpus, losses.unit, losses.comparability_group, checkpoints.tokens, losses.loss,
from losses
inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
where list_contains($runs, losses.run_id) and losses.is_used and checkpoints.tokens > 0
order by all
