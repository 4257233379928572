-- One row a task: its chance and items, how many fits it has and how many depart from a floor, who reports it.
with reported as (
    select task, string_agg(distinct source, ' ' order by source) as sources, count(*) as scores
    from scores
    group by task
),
counted as (
    select task, verdict, count(*) as n from summary group by task, verdict
),
judged as (
    select
        task,
        sum(n) as fits,
        sum(n) filter (where verdict in ('sharp', 'gradual', 'leaves_floor')) as depart,
        sum(n) filter (where verdict = 'sharp') as sharp,
        string_agg(n || ' ' || verdict, ', ' order by n desc, verdict) as verdicts,
    from counted
    group by task
)
select
    tasks.task,
    tasks.category,
    round(tasks.chance, 3) as chance,
    tasks.n_items as items,
    reported.scores,
    judged.fits,
    judged.depart,
    judged.sharp,
    reported.sources,
    judged.verdicts,
from tasks
left join reported on reported.task = tasks.task
left join judged on judged.task = tasks.task
order by tasks.task
