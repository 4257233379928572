-- two rows of corpora have one key
-- severity: error
-- blocking: yes
select corpus, unit, tokenizer, count(*) as n
from corpora
group by all
having count(*) > 1
