-- One row: on how many trainings the sharp verdicts of summary rest.
-- use: the front page, which may not let many settings of one training pass for many pieces of evidence
with read as (
    select distinct
        summary.series_id,
        summary.source,
        summary.n_runs,
        loss_scores.model,
    from summary
    inner join loss_scores on loss_scores.series_id = summary.series_id
    where summary.verdict = 'sharp'
)
select
    count(distinct source) as n_sources,
    count(distinct (source, model)) as n_models,
    max(n_runs) as n_runs,
    min(source) as first_source,
    min(model) as first_model,
from read
