-- two rows of loss_scores have one key
-- severity: error
-- blocking: yes
-- Millions of keys are first counted by their digest, which is a tenth of the work; only those that meet are compared.
with digests as (
    select hash(source, checkpoint_id, task, format, metric, n_shot, corpus, unit) as digest
    from loss_scores
),
met as (
    select digest
    from digests
    group by digest
    having count(*) > 1
)
select source, checkpoint_id, task, format, metric, n_shot, corpus, unit, count(*) as n
from loss_scores
semi join met on met.digest = hash(source, checkpoint_id, task, format, metric, n_shot, corpus, unit)
group by all
having count(*) > 1
