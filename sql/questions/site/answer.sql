-- One row: the numbers of the front page's answer, over the settings of table summary.
with settings as (
    select
        *,
        departs as is_emergent,
    from summary
),
axes as (
    select
        source,
        corpus,
        unit,
        count(*) filter (where is_emergent) as n,
        round(min(eta) filter (where is_emergent), 2) as eta_min,
        round(max(eta) filter (where is_emergent), 2) as eta_max,
    from settings
    group by source, corpus, unit
),
widest as (
    select * from axes where n >= 2 order by n desc, source limit 1
),
both_formats as (
    select
        source,
        task,
        any_value(verdict) filter (where format = 'mc') as verdict_mc,
        any_value(verdict) filter (where format = 'rc') as verdict_rc,
    from settings
    group by source, task
    having count(*) filter (where format = 'mc') > 0 and count(*) filter (where format = 'rc') > 0
),
counted as (
    select
        count(*) as n_settings,
        count(distinct task) as n_tasks,
        count(distinct source) as n_sources,
        count(*) filter (where is_emergent) as n_emergent,
        count(*) filter (where verdict = 'emergent_sharp') as n_sharp,
        count(*) filter (where verdict = 'emergent_gradual') as n_gradual,
        count(*) filter (where verdict = 'emergent') as n_undetermined,
        count(*) filter (where verdict = 'smooth') as n_smooth,
        count(*) filter (where verdict = 'above_floor') as n_above_floor,
        count(*) filter (where verdict = 'at_floor') as n_at_floor,
        count(*) filter (where verdict = 'not_explained') as n_not_explained,
        count(*) filter (where verdict = 'ambiguous') as n_ambiguous,
        count(*) filter (where verdict = 'not_identified') as n_not_identified,
    from settings
)
select
    counted.*,
    (select count(*) from scores) as n_scores,
    (select count(*) from runs) as n_runs,
    (select count(*) from both_formats) as n_both_formats,
    (select count(*) from both_formats where verdict_mc <> verdict_rc) as n_formats_differ,
    (select count(*) from both_formats where starts_with(verdict_mc, 'emergent')) as n_emergent_mc,
    (select count(*) from both_formats where starts_with(verdict_rc, 'emergent')) as n_emergent_rc,
    widest.source as eta_source,
    widest.corpus as eta_corpus,
    widest.unit as eta_unit,
    widest.n as eta_n,
    widest.eta_min,
    widest.eta_max,
from counted
left join widest on true
