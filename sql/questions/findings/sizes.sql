-- One row: how far sizes of emergence are known (table emergence_sizes): thresholds and laws, never reached, unbounded.
select
    count(*) as asked,
    count(*) filter (where never) as never,
    count(*) filter (where not never and is_unbounded) as unbounded,
    count(*) filter (where not never and not is_unbounded) as bounded,
    median(params_high / params_low) filter (where not never and not is_unbounded and at_params is null) as spread
from emergence_sizes
