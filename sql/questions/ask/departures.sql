-- One row a fit of others, on the axes asked about, whose score leaves its floor at a known loss.
select
    series_id, source, task, format, metric, n_shot, comparability_group, eta, eta_low, eta_high, verdict,
from thresholds
where list_contains($groups, comparability_group) and departs and eta is not null and not circular
    and metric in (select metric from metrics where role = 'accuracy')
order by comparability_group, eta desc, series_id
