-- One row a claim and source with a statistic (table claims): its interval, the verdict, and why.
select claim_id, source, authors_year, statistic, value, low, high, n, verdict, reason
from claims
where value is not null and low is not null and high is not null
order by claim_id, source
