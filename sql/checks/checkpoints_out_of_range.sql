-- a checkpoint has a negative step, tokens or compute, or a run no parameters
-- severity: error
-- blocking: yes
select checkpoints.checkpoint_id, checkpoints.step, checkpoints.tokens, checkpoints.compute_flop, runs.params
from checkpoints
inner join runs on runs.run_id = checkpoints.run_id
where
    checkpoints.step < 0
    or checkpoints.tokens < 0
    or not coalesce(isfinite(checkpoints.compute_flop) and checkpoints.compute_flop >= 0, true)
    or runs.params <= 0
    or runs.params_non_embedding > runs.params
