-- One row a kind of thing, source and name that a source uses: its name over all sources, and whether that was known.
-- grain: kind, source, name_as_published
-- use: how names meet; is_new says what no table of facts knows yet
-- partition: source within kind; whole: known_names
--
-- A source's own row of facts goes first, then one that holds for all sources, then the same letters and digits in another
-- spelling (`ARC-Easy` is arc_easy; not for corpora, whose plain names mean many texts); what is left keeps its name and is
-- new. A task asked by a prompt, `task+prompt`, is
-- known where its task is.
--
-- kind: task, corpus, metric or tokenizer
-- source: short name of the published set of tables
-- name_as_published: the name, in the source's own words
-- name: the name in the warehouse
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- found_by: source, everywhere, spelling, or empty for a new name
-- is_new: whether no table of facts knows the name: a task then has no chance, a corpus no title
with used (kind, source, name_as_published) as (
    select distinct 'task', source, task_as_published from staged where task_as_published is not null
    union all
    select distinct 'corpus', source, corpus_as_published from staged where corpus_as_published is not null
    union all
    select distinct 'metric', source, metric_as_published from staged where metric_as_published is not null
    union all
    select distinct 'tokenizer', source, tokenizer from staged where tokenizer is not null
),
spelled as (
    select
        kind,
        regexp_replace(lower(name_as_published), '[^a-z0-9]+', '', 'g') as letters,
        any_value(name) as name,
    from known_names
    where source is null and letters <> '' and kind <> 'corpus'
    group by kind, letters, rank
    having count(distinct name) = 1
    qualify row_number() over (partition by kind, letters order by rank) = 1
),
looked_up as (
    select
        used.kind,
        used.source,
        used.name_as_published,
        own.name as by_source,
        own.format,
        everywhere.name as by_all,
        spelled.name as by_letters,
        base.name as base,
    from used
    left join known_names as own
        on own.kind = used.kind and own.source = used.source and own.name_as_published = used.name_as_published
    left join known_names as everywhere
        on everywhere.kind = used.kind
        and everywhere.source is null
        and everywhere.name_as_published = used.name_as_published
    left join spelled
        on spelled.kind = used.kind
        and spelled.letters = regexp_replace(lower(used.name_as_published), '[^a-z0-9]+', '', 'g')
    left join known_names as base
        on used.kind = 'task'
        and base.kind = 'task'
        and base.source is null
        and contains(used.name_as_published, '+')
        and base.name_as_published = split_part(used.name_as_published, '+', 1)
)
select
    kind,
    source,
    name_as_published,
    coalesce(by_source, by_all, by_letters, name_as_published) as name,
    format,
    case
        when by_source is not null then 'source'
        when coalesce(by_all, base) is not null then 'everywhere'
        when by_letters is not null then 'spelling'
    end as found_by,
    found_by is null as is_new,
from looked_up
order by kind, source, name_as_published
