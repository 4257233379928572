-- a score meets a loss on the very words that it asks for, unmarked
-- severity: error
-- blocking: yes
select source, task, corpus, unit, count(*) as n
from loss_scores
where unit = 'nats_per_last_word' and starts_with(task, 'lambada') and not circular
group by source, task, corpus, unit
