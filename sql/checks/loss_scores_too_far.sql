-- a score meets a loss of other tokens than the tolerance allows
-- severity: error
-- blocking: yes
select checkpoint_id, task, corpus, unit, tokens, loss_tokens_gap
from loss_scores
where loss_tokens_gap < 0 or loss_tokens_gap > 0.02 * tokens
