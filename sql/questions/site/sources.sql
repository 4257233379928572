-- One row a source: where it comes from, under which terms, how completely it was read, and what it led to.
with fitted as (
    select
        source,
        count(distinct task) as n_tasks,
        count(*) as n_fits,
        count(*) filter (where departs) as n_leaving,
    from thresholds
    group by source
),
trained as (
    select
        source,
        count(distinct run_id) as n_runs,
        min(params) as params_min,
        max(params) as params_max,
    from runs
    group by source
),
saved as (
    select source, count(*) as n_checkpoints from checkpoints group by source
),
evaluated as (
    select source, count(*) as n_scores from scores group by source
)
select
    sources.*,
    coalesce(trained.n_runs, 0) as n_runs,
    coalesce(saved.n_checkpoints, 0) as n_checkpoints,
    coalesce(evaluated.n_scores, 0) as n_scores,
    coalesce(fitted.n_tasks, 0) as n_tasks,
    coalesce(fitted.n_fits, 0) as n_fits,
    coalesce(fitted.n_leaving, 0) as n_leaving,
    trained.params_min,
    trained.params_max,
from sources
left join trained on trained.source = sources.source
left join saved on saved.source = sources.source
left join evaluated on evaluated.source = sources.source
left join fitted on fitted.source = sources.source
order by sources.source
