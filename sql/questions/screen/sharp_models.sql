-- One row a source and set of models: how many sharp verdicts rest on those models alone, and on how many runs.
with rested as (
    select
        thresholds.source,
        thresholds.series_id,
        string_agg(distinct coalesce(loss_scores.model, loss_scores.run_id), ', ' order by
            coalesce(loss_scores.model, loss_scores.run_id)) as models,
        count(distinct coalesce(loss_scores.model, loss_scores.run_id)) as n_models,
        any_value(thresholds.n_runs) as n_runs,
    from thresholds
    inner join loss_scores using (series_id)
    where thresholds.verdict = 'sharp'
    group by thresholds.source, thresholds.series_id
)
select source, models, n_models, max(n_runs) as n_runs, count(*) as n, (sum(count(*)) over ())::bigint as n_all,
from rested
group by source, models, n_models
order by n desc, source, models
