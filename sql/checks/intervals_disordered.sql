-- an interval of what follows from thresholds does not hold its estimate, or is not finite
-- severity: error
-- blocking: yes
with intervals as (
    select 'universality' as relation, eta_common as value, eta_common_low as low, eta_common_high as high from universality
    union all by name
    select 'loss_laws' as relation, irreducible_loss as value, irreducible_loss_low as low, irreducible_loss_high as high from loss_laws
    union all by name
    select 'emergence_sizes' as relation, params as value, params_low as low, params_high as high from emergence_sizes
    union all by name
    select 'score_curves' as relation, score as value, score_low as low, score_high as high from score_curves
    union all by name
    select 'forecasts' as relation, score as value, score_low as low, score_high as high from forecasts
)
select relation, value, low, high
from intervals
where value < low - 1e-9 or value > high + 1e-9 or isinf(value) or isinf(low) or isinf(high)
