-- One row a verdict: how many settings of summary came to it; the counts add up to all settings.
select
    coalesce(summary.verdict, 'not_identified') as verdict,
    count(*) as n,
from summary
group by 1
order by min(summary.verdict_rank) nulls last, 1
