-- One row a claim, source and format with a statistic (table claims): its interval, the verdict, and why.
select
    claim_id, source, format, authors_year, corpus, unit, metric, statistic, value, low, high, n, verdict, reason, counter, published
from claims
where value is not null
order by claim_id, source, format
