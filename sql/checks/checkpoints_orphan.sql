-- a checkpoint belongs to no run
-- severity: error
-- blocking: yes
select checkpoints.checkpoint_id, checkpoints.run_id
from checkpoints
anti join runs on runs.run_id = checkpoints.run_id
