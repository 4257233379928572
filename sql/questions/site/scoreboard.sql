-- One row a published claim: on which sources it is supported, contradicted, left open, or cannot be tested.
-- order: claims with an answer first
select
    claim_id,
    any_value(statement) as statement,
    concat_ws(' ', any_value(authors_year), any_value(citation)) as published,
    string_agg(source, ', ' order by source) filter (where verdict = 'supported') as supported,
    string_agg(source, ', ' order by source) filter (where verdict = 'contradicted') as contradicted,
    string_agg(source, ', ' order by source) filter (where verdict = 'not testable here' and value is not null) as left_open,
    count(*) filter (where verdict = 'not testable here' and value is null) as untestable,
from claims
group by claim_id
order by count(*) filter (where verdict <> 'not testable here') desc, claim_id
