-- One row a task and table of a publisher: which score of guessing it states, and whether the warehouse agrees.
-- grain: publisher, task_as_published
-- use: where publishers disagree; the choice and its reason stand in tasks
--
-- publisher: repository and file that state it
-- source: source whose own scores the publisher speaks of; empty for one that has none here
-- task: benchmark, under one name over all sources
-- task_as_published: the task, in the publisher's words
-- n_choices: number of options that the publisher states
-- chance: score of guessing that the publisher states [fraction]
-- n_items: number of questions that the publisher states
-- note: task type and shots, in the publisher's words
-- chance_chosen: score of guessing in tasks; empty where guessing has no fixed score, or no source has the task [fraction]
-- agrees: whether it is the chosen one, to half a point
-- n_items_agree: whether its number of questions is the one in tasks
with transcribed as (
    select
        facts_chance_published.source as publisher,
        arg_max(facts_chance_publishers.source, length(facts_chance_publishers.publisher)) as source,
        facts_chance_published.task as task_as_published,
        any_value(facts_chance_published.n_choices) as n_choices,
        any_value(facts_chance_published.chance) as chance,
        any_value(facts_chance_published.n_items) as n_items,
        any_value(facts_chance_published.note) as note,
    from facts_chance_published
    left join facts_chance_publishers
        on starts_with(facts_chance_published.source, facts_chance_publishers.publisher)
    group by facts_chance_published.source, facts_chance_published.task
),
fetched as (
    select publisher, source, task_as_published, n_choices, chance, n_items, note from raw_claims
),
-- A fetched table is what its transcription says, unless it has changed; then the table itself counts.
claims as (
    select
        coalesce(fetched.publisher, transcribed.publisher) as publisher,
        coalesce(fetched.source, transcribed.source) as source,
        coalesce(fetched.task_as_published, transcribed.task_as_published) as task_as_published,
        coalesce(fetched.n_choices, transcribed.n_choices) as n_choices,
        coalesce(fetched.chance, transcribed.chance) as chance,
        coalesce(fetched.n_items, transcribed.n_items) as n_items,
        coalesce(fetched.note, transcribed.note) as note,
    from transcribed
    full join fetched
        on fetched.publisher = transcribed.publisher and fetched.task_as_published = transcribed.task_as_published
),
named as (
    select claims.*, coalesce(own.name, everywhere.name, claims.task_as_published) as task
    from claims
    left join known_names as own
        on own.kind = 'task' and own.source = claims.source and own.name_as_published = claims.task_as_published
    left join known_names as everywhere
        on everywhere.kind = 'task'
        and everywhere.source is null
        and everywhere.name_as_published = claims.task_as_published
)
select
    claims.task,
    claims.publisher,
    claims.source,
    claims.task_as_published,
    claims.n_choices,
    claims.chance,
    claims.n_items,
    claims.note,
    facts_tasks.chance as chance_chosen,
    abs(claims.chance - facts_tasks.chance) <= 0.005 as agrees,
    claims.n_items = facts_tasks.n_items as n_items_agree,
from named as claims
left join facts_tasks on facts_tasks.task = claims.task
order by claims.task, claims.publisher, claims.task_as_published
