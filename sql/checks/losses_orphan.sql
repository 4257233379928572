-- a loss belongs to no checkpoint, or to no axis of corpora
-- severity: error
-- blocking: yes
select losses.checkpoint_id, losses.corpus, losses.unit, losses.comparability_group
from losses
left join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
left join corpora
    on corpora.corpus = losses.corpus
    and corpora.unit = losses.unit
    and corpora.comparability_group = losses.comparability_group
where checkpoints.checkpoint_id is null or corpora.corpus is null
