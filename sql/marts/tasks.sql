-- One row a task: a benchmark under one name over all sources, with the score of guessing.
-- grain: task
-- use: chance and number of items of every score
--
-- title: name for a reader
-- category: what the benchmark asks for
-- n_choices: number of answers to choose from; empty for free text
-- chance: score of guessing [fraction]
-- chance_kind: uniform (1 / choices), majority (the commonest class), empirical, or free text
-- chance_source: who publishes that chance
-- aliases: names under which sources publish it, `source:name`
with reported as (
    select
        task,
        string_agg(distinct source || ':' || task_as_published, ', ' order by source || ':' || task_as_published) as aliases,
        max(n_items) as n_items,
    from observations
    where status = 'kept' and kind = 'score'
    group by task
),
aggregates as (
    -- A benchmark that is only known as a mean of its parts is a task too.
    select facts_task_parts.task, null as aliases, null as n_items
    from facts_task_parts
    semi join reported on reported.task = facts_task_parts.part
    anti join reported on reported.task = facts_task_parts.task
    group by facts_task_parts.task
),
known as (
    select * from reported
    union all by name
    select * from aggregates
)
select
    known.task,
    coalesce(facts_tasks.title, known.task) as title,
    facts_tasks.category,
    facts_tasks.n_choices,
    facts_tasks.chance,
    facts_tasks.chance_kind,
    facts_tasks.chance_source,
    coalesce(facts_tasks.n_items, known.n_items) as n_items,
    known.aliases,
from known
left join facts_tasks on facts_tasks.task = known.task
order by known.task
