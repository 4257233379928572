-- One row a source and verdict: how many fits of an accuracy came to it, and which share of the source's.
select
    thresholds.source,
    thresholds.verdict,
    count(*) as n,
    count(*) / sum(count(*)) over (partition by thresholds.source) as share,
from thresholds
inner join metrics on metrics.metric = thresholds.metric
where metrics.role = 'accuracy'
group by thresholds.source, thresholds.verdict
order by thresholds.source, n desc, thresholds.verdict
