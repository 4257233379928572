-- a loss is in a unit that the warehouse does not know, or used without one
-- severity: error
-- blocking: yes
select checkpoint_id, corpus, unit, is_used
from losses
where
    unit not in ('nats_per_token', 'bits_per_byte', 'bits_per_char', 'nats_per_last_word', 'unstated')
    or corpus is null
