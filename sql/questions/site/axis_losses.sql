-- One row a checkpoint and axis of loss: the loss that the checkpoint's scores are read against.
select
    source,
    corpus,
    unit,
    comparability_group,
    checkpoint_id,
    round(loss, 6) as loss,
from checkpoint_losses
order by source, corpus, unit, comparability_group, checkpoint_id
