-- One row a setting of summary of an accuracy: what the front figure draws of it, and on how many models it rests.
-- n_models: trained networks whose checkpoints were read; one model is one piece of evidence however often it was saved
with trained as (
    select series_id, count(distinct coalesce(model, run_id)) as n_models
    from loss_scores
    where series_id in (select series_id from summary)
    group by series_id
)
select
    summary.series_id,
    summary.verdict,
    summary.departs,
    thresholds.eta_by_form_min,
    thresholds.eta_by_form_max,
    coalesce(trained.n_models, 0) as n_models,
from summary
inner join thresholds on thresholds.series_id = summary.series_id
inner join metrics on metrics.metric = summary.metric
left join trained on trained.series_id = summary.series_id
where metrics.role = 'accuracy'
order by summary.series_id
