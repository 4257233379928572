-- One row a threshold that moved, came or went: by how much, and by how many standard errors.
-- Reads two attached databases, a (older) and b (newer). They meet by the eight columns behind series_id, which the
-- releases of schema version 1 lack.
--
-- change: moved (in both, by more than 0.00001: less is the optimiser's last digit), found or lost (the series is in both, eta in one),
--     added or gone (the series is in one)
-- shift: eta in b minus eta in a, nats per token or the unit named
-- standard_error: of the shift, sqrt(se_a² + se_b²); a release's own standard error is the width of its interval
--     over twice the normal quantile of its confidence. Releases share data, so this overstates it: a shift of many
--     standard errors is real.
-- n_standard_errors: shift over standard_error; empty where either has no interval or both have no width
with older as (
    select
        *,
        (eta_high - eta_low)
        / (2 * case confidence when 0.9 then 1.644854 when 0.95 then 1.959964 when 0.99 then 2.575829 end) as se,
    from a.thresholds
),
newer as (
    select
        *,
        (eta_high - eta_low)
        / (2 * case confidence when 0.9 then 1.644854 when 0.95 then 1.959964 when 0.99 then 2.575829 end) as se,
    from b.thresholds
),
pairs as (
    select
        coalesce(newer.source, older.source) as source,
        coalesce(newer.task, older.task) as task,
        coalesce(newer.format, older.format) as format,
        coalesce(newer.metric, older.metric) as metric,
        coalesce(newer.n_shot, older.n_shot) as n_shot,
        coalesce(newer.corpus, older.corpus) as corpus,
        coalesce(newer.unit, older.unit) as unit,
        case
            when older.source is null then 'added'
            when newer.source is null then 'gone'
            when older.eta is null then 'found'
            when newer.eta is null then 'lost'
            else 'moved'
        end as change,
        older.eta as eta_a,
        newer.eta as eta_b,
        newer.eta - older.eta as shift,
        nullif(sqrt(older.se * older.se + newer.se * newer.se), 0) as standard_error,
        older.n_checkpoints as n_checkpoints_a,
        newer.n_checkpoints as n_checkpoints_b,
    from older
    full outer join newer
        on newer.source = older.source
        and newer.task = older.task
        and newer.format is not distinct from older.format
        and newer.metric = older.metric
        and newer.n_shot is not distinct from older.n_shot
        and newer.corpus = older.corpus
        and newer.unit = older.unit
        and newer.comparability_group is not distinct from older.comparability_group
    where older.source is null or newer.source is null
        or (older.eta is null) <> (newer.eta is null)
        or abs(newer.eta - older.eta) > 1e-5
)
select
    source,
    task,
    format,
    metric,
    n_shot,
    corpus,
    unit,
    change,
    eta_a,
    eta_b,
    shift,
    standard_error,
    shift / standard_error as n_standard_errors,
    n_checkpoints_a,
    n_checkpoints_b,
from pairs
order by
    abs(shift / standard_error) desc nulls last,
    abs(shift) desc nulls last,
    source, task, format, metric, n_shot, corpus, unit
