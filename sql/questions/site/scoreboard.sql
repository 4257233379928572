-- One row a published claim: on which sources it is supported, contradicted, undetermined, or cannot be tested.
-- order: claims with an answer first
with named as (
    select *, if(format = 'any', source, source || ' (' || format || ')') as place from claims
)
select
    claim_id,
    any_value(statement) as statement,
    concat_ws(' ', any_value(authors_year), any_value(citation)) as published,
    string_agg(place, ', ' order by place) filter (where verdict = 'supported') as supported,
    string_agg(place, ', ' order by place) filter (where verdict = 'contradicted') as contradicted,
    string_agg(place, ', ' order by place) filter (where verdict = 'undetermined') as left_open,
    count(distinct source) filter (where verdict = 'not testable here') as untestable,
from named
group by claim_id
order by count(*) filter (where verdict <> 'not testable here') desc, claim_id
