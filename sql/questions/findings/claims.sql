-- One row a published claim (table claims): on which sources it is supported, contradicted, left open, or untestable.
select
    claim_id,
    any_value(authors_year) as authors_year,
    any_value(statement) as statement,
    coalesce(string_agg(source, ', ' order by source) filter (where verdict = 'supported'), '') as supported,
    coalesce(string_agg(source, ', ' order by source) filter (where verdict = 'contradicted'), '') as contradicted,
    coalesce(
        string_agg(source, ', ' order by source) filter (where verdict = 'not testable here' and value is not null), ''
    ) as left_open,
    count(*) filter (where verdict = 'not testable here' and value is null) as untestable
from claims
group by claim_id
order by claim_id
