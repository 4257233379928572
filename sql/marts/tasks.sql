-- One row a task: a benchmark under one name over all sources, with the score of guessing.
-- grain: task
-- use: chance and number of items of every score
-- partition: none: a benchmark is told by its parts, which are tasks of their own
--
-- title: name for a reader
-- category: what the benchmark asks for
-- n_choices: number of answers to choose from; empty for free text
-- chance: score of guessing [fraction]
-- chance_kind: uniform (1 / choices), majority (the commonest class), empirical, free text, unknown (guessing has no
--   fixed score), or override (set by the user)
-- chance_source: who publishes that chance
-- chance_reason: why this chance, where publishers disagree (chance_claims lists what each says)
-- chance_when_generated: score of guessing when the answer is written out; 0 but where the prompt shows the few
--   answers there are [fraction]
-- n_items: number of questions
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
    coalesce(
        facts_tasks.title || if(contains(known.task, '+'), ', prompt ' || regexp_extract(known.task, '\+(.*)$', 1), ''),
        known.task
    ) as title,
    facts_tasks.category,
    facts_tasks.n_choices,
    facts_tasks.chance,
    facts_tasks.chance_kind,
    facts_tasks.chance_source,
    facts_tasks.chance_reason,
    facts_tasks.chance_when_generated,
    coalesce(facts_tasks.n_items, known.n_items) as n_items,
    known.aliases,
from known
-- A task asked by one of several prompts, `task+prompt`, has the chance of the task.
left join facts_tasks on facts_tasks.task = split_part(known.task, '+', 1)
order by known.task
