-- One row a fit whose verdict is new, gone, or another than in the release before.
-- They meet by the eight columns behind series_id, which the releases of schema version 1 lack.
with now as (
    select source, task, format, metric, n_shot, corpus, unit, comparability_group, verdict, eta
    from thresholds
),
before as (
    select source, task, format, metric, n_shot, corpus, unit, comparability_group, verdict, eta
    from previous.thresholds
)
select
    coalesce(now.source, before.source) as source,
    coalesce(now.task, before.task) as task,
    coalesce(now.format, before.format) as format,
    coalesce(now.metric, before.metric) as metric,
    coalesce(now.n_shot, before.n_shot) as n_shot,
    coalesce(now.corpus, before.corpus) as corpus,
    before.verdict as verdict_before,
    now.verdict as verdict_now,
    round(before.eta, 3) as eta_before,
    round(now.eta, 3) as eta_now,
    case
        when before.source is null then 'new'
        when now.source is null then 'gone'
        when before.verdict <> now.verdict then 'verdict'
        else 'eta'
    end as kind,
from now
full join before
    on before.source = now.source
    and before.task = now.task
    and before.format is not distinct from now.format
    and before.metric = now.metric
    and before.n_shot is not distinct from now.n_shot
    and before.corpus = now.corpus
    and before.unit = now.unit
    and before.comparability_group is not distinct from now.comparability_group
where
    before.source is null
    or now.source is null
    or before.verdict <> now.verdict
    or round(before.eta, 3) is distinct from round(now.eta, 3)
order by kind, source, task, format, metric, n_shot, corpus
