-- two rows of byte_conversions have one key
-- severity: error
-- blocking: yes
select source, corpus, tokenizer, count(*) as n
from byte_conversions
group by all
having count(*) > 1
