-- One row a source and format on the source's chosen loss (table thresholds, accuracies, a metric a task): verdicts, departures.
with once as (
    select thresholds.*
    from thresholds
    inner join metrics on metrics.metric = thresholds.metric
    inner join chosen_corpora
        on chosen_corpora.source = thresholds.source
        and chosen_corpora.corpus = thresholds.corpus
        and chosen_corpora.unit = thresholds.unit
        and chosen_corpora.comparability_group is not distinct from thresholds.comparability_group
    where metrics.role = 'accuracy' and chosen_corpora.by_runs_left_out and not thresholds.circular
    qualify row_number() over (
        partition by thresholds.source, thresholds.task, thresholds.format
        order by thresholds.n_checkpoints desc, thresholds.n_shot, thresholds.metric
    ) = 1
)
select
    source,
    format,
    any_value(corpus) as corpus,
    any_value(unit) as unit,
    count(*) as settings,
    count(*) filter (where departs) as leaving,
    count(*) filter (where verdict = 'sharp') as sharp,
    count(*) filter (where verdict = 'gradual') as gradual,
    count(*) filter (where verdict = 'leaves_floor') as leaves_floor,
    count(*) filter (where verdict = 'smooth') as smooth,
    count(*) filter (where verdict = 'above_floor') as above_floor,
    count(*) filter (where verdict = 'at_floor') as at_floor,
    count(*) filter (where verdict in ('no_change', 'inverse')) as no_rise,
    count(*) filter (where verdict in ('not_identified', 'not_explained')) as open,
    count(loss_at_2_points) filter (where departs) as placed,
    min(loss_at_2_points) filter (where departs) as departure_min,
    max(loss_at_2_points) filter (where departs) as departure_max,
    median(width) filter (where departs) as width,
    max(n_runs) as runs
from once
where format is not null
group by source, format
order by source, format
