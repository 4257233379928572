-- One row a published claim (table claims): on which sources it is supported, contradicted, undetermined, or untestable.
with named as (
    select *, if(format = 'any', source, source || ' (' || format || ')') as place from claims
)
select
    claim_id,
    any_value(authors_year) as authors_year,
    any_value(in_short) as in_short,
    coalesce(string_agg(place, ', ' order by place) filter (where verdict = 'supported'), '') as supported,
    coalesce(string_agg(place, ', ' order by place) filter (where verdict = 'contradicted'), '') as contradicted,
    coalesce(string_agg(place, ', ' order by place) filter (where verdict = 'undetermined'), '') as undetermined,
    count(distinct source) filter (where verdict = 'not testable here') as untestable
from named
group by claim_id
order by claim_id
