-- a table holds a word that the vocabulary does not explain
-- severity: error
-- blocking: no
with used as (
    select distinct 'verdict' as kind, verdict as value, 'thresholds' as relation from thresholds
    union all by name
    select distinct 'fit_status' as kind, status as value, 'thresholds' as relation from thresholds
    union all by name
    select distinct 'inference' as kind, inference as value, 'thresholds' as relation from thresholds
    union all by name
    select distinct 'fit_status' as kind, status as value, 'sufficiency' as relation from sufficiency
    union all by name
    select distinct 'fit_status' as kind, status as value, 'clocks' as relation from clocks
    union all
    select distinct 'fit_status' as kind, status as value, 'forecasts' as relation from forecasts
    union all by name
    select distinct 'fit_status' as kind, status as value, 'forecast_coverage' as relation from forecast_coverage
    union all by name
    select distinct 'fit_status' as kind, status as value, 'largest_sizes' as relation from largest_sizes
    union all by name
    select distinct 'law_status' as kind, status as value, 'loss_laws' as relation from loss_laws
    union all by name
    select distinct 'law_status' as kind, law_status as value, 'emergence_sizes' as relation from emergence_sizes
    union all by name
    select distinct 'source_status' as kind, status as value, 'sources' as relation from sources
    union all by name
    select distinct 'claim_verdict' as kind, verdict as value, 'claims' as relation from claims
    union all by name
    select distinct 'universality_verdict' as kind, verdict as value, 'universality' as relation from universality
    union all by name
    select distinct 'format' as kind, format as value, 'scores' as relation from scores
    union all by name
    select distinct 'unit' as kind, unit as value, 'losses' as relation from losses
)
select used.relation, used.kind, used.value
from used
anti join vocabulary on vocabulary.kind = used.kind and vocabulary.value = used.value
where used.value is not null
