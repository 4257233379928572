-- One row a verdict: how many fits came to it, the clearest first.
select verdict, any_value(departs) as departs, count(*) as n
from thresholds
group by verdict
order by min(verdict_rank)
