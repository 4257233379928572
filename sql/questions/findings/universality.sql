-- One row a source, corpus and format with two tasks or more that leave a floor (table universality).
select source, corpus, format, n_tasks, n_events, n_runs, eta_min, eta_max, eta_common, eta_common_low, eta_common_high, tau, tau_low, tau_high, verdict
from universality
where n_tasks >= 2
order by source, corpus, format
