-- One row a source and verdict: how many fits came to it.
select source, verdict, count(*) as n
from thresholds
group by source, verdict
order by source, n desc, verdict
