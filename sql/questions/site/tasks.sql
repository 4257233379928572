-- One row a task that is read against some loss: what it is, and how many of its fits came to which verdict.
with fitted as (
    select
        task,
        string_agg(distinct source, ', ' order by source) as sources,
        string_agg(distinct format, ', ' order by format) as formats,
        count(*) as n_fits,
        count(*) filter (where departs) as n_leaving,
        count(*) filter (where verdict = 'smooth') as n_smooth,
        count(*) filter (where verdict = 'not_identified') as n_not_identified,
    from thresholds
    group by task
)
select
    fitted.task,
    coalesce(tasks.title, fitted.task) as title,
    tasks.category,
    tasks.n_choices,
    tasks.chance,
    tasks.chance_kind,
    tasks.chance_source,
    tasks.n_items,
    tasks.aliases,
    fitted.sources,
    fitted.formats,
    fitted.n_fits,
    fitted.n_leaving,
    fitted.n_smooth,
    fitted.n_not_identified,
from fitted
left join tasks on tasks.task = fitted.task
order by lower(coalesce(tasks.title, fitted.task)), fitted.task
