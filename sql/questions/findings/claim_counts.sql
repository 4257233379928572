-- One row (table claims): how many claims are supported, contradicted, divided, open or untestable over all sources.
with each as (
    select
        claim_id,
        bool_or(verdict = 'supported') as supported,
        bool_or(verdict = 'contradicted') as contradicted,
        bool_or(verdict = 'undetermined') as undetermined
    from claims
    group by claim_id
)
select
    count(*) as claims,
    count(*) filter (where supported and not contradicted) as supported,
    count(*) filter (where contradicted and not supported) as contradicted,
    count(*) filter (where contradicted and supported) as divided,
    count(*) filter (where not supported and not contradicted and undetermined) as undetermined,
    count(*) filter (where not supported and not contradicted and not undetermined) as untestable
from each
