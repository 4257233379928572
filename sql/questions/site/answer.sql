-- One row: the numbers of the front page's answer, over the settings of table summary.
with settings as (
    select
        *,
        departs as is_leaving,
    from summary
),
axes as (
    select
        source,
        corpus,
        unit,
        count(*) filter (where is_leaving and loss_at_2_points is not null) as n,
        round(min(loss_at_2_points) filter (where is_leaving), 2) as departure_min,
        round(max(loss_at_2_points) filter (where is_leaving), 2) as departure_max,
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
        any_value(is_leaving) filter (where format = 'mc') as is_leaving_mc,
        any_value(is_leaving) filter (where format = 'rc') as is_leaving_rc,
        max(n_runs) filter (where format = 'mc') <> max(n_runs) filter (where format = 'rc') as is_of_other_runs,
    from settings
    group by source, task
    having count(*) filter (where format = 'mc') > 0 and count(*) filter (where format = 'rc') > 0
),
counted as (
    select
        count(*) as n_settings,
        count(distinct task) as n_tasks,
        count(distinct source) as n_sources,
        count(*) filter (where is_leaving) as n_leaving,
        count(*) filter (where verdict = 'sharp') as n_sharp,
        count(*) filter (where verdict = 'gradual') as n_gradual,
        count(*) filter (where verdict = 'leaves_floor') as n_undetermined,
        count(*) filter (where verdict = 'smooth') as n_smooth,
        count(*) filter (where verdict = 'above_floor') as n_above_floor,
        count(*) filter (where verdict = 'at_floor') as n_at_floor,
        count(*) filter (where verdict = 'not_explained') as n_not_explained,
        count(*) filter (where verdict = 'no_change') as n_no_change,
        count(*) filter (where verdict = 'inverse') as n_inverse,
        count(*) filter (where verdict = 'not_identified') as n_not_identified,
    from settings
)
select
    counted.*,
    (select count(*) from scores) as n_scores,
    (select count(*) from runs) as n_runs,
    (select count(*) from both_formats) as n_both_formats,
    (select count(*) from both_formats where verdict_mc <> verdict_rc) as n_formats_differ,
    (select count(*) from both_formats where is_of_other_runs) as n_formats_other_runs,
    (
        select round(median((thresholds.eta_by_form_max - thresholds.eta_by_form_min) / (thresholds.eta_high - thresholds.eta_low)), 1)
        from thresholds
        inner join summary on summary.series_id = thresholds.series_id
        where thresholds.eta is not null and thresholds.eta_high > thresholds.eta_low
    ) as form_range_ratio,
    (select count(*) from both_formats where is_leaving_mc) as n_leaving_mc,
    (select count(*) from both_formats where is_leaving_rc) as n_leaving_rc,
    widest.source as departure_source,
    widest.corpus as departure_corpus,
    widest.unit as departure_unit,
    widest.n as departure_n,
    widest.departure_min,
    widest.departure_max,
from counted
left join widest on true
