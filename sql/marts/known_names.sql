-- One row a kind of thing, source and name: what a task, corpus, metric or tokenizer is called in the warehouse.
-- grain: kind, source, name_as_published
-- use: names and chance_claims look a name up here; internal
--
-- A name that a table of facts gives to no source in particular holds for all; so does a task's name that only some
-- sources are known to use, where they agree: a new source's `siqa` is then no new task. A source's own row goes first.
-- Corpora are not shared in that way: a plain name such as `c4` is another text, or another window, in every source.
--
-- kind: task, corpus, metric or tokenizer
-- source: source that uses the name so; empty where it holds for all
-- name_as_published: the name, in the source's own words
-- name: the name in the warehouse
-- format: how the model is asked, where the name tells it
-- rank: which of several readings goes first, the lowest
with given (kind, source, name_as_published, name, format) as (
    select 'task', source, task_as_published, task, format from facts_task_aliases
    union all
    select 'corpus', source, corpus_as_published, corpus, null from facts_corpora
    union all
    select 'corpus', null, corpus_as_published, corpus, null from facts_corpus_aliases
    union all
    select 'metric', source, metric_as_published, metric, null from facts_metric_aliases
    union all
    select 'tokenizer', null, tokenizer_as_published, tokenizer, null from facts_tokenizers
),
canonical (kind, name) as (
    select 'task', task from facts_tasks
    union
    select 'corpus', corpus from facts_corpora
    union
    select 'metric', metric from facts_metrics
    union
    select 'tokenizer', tokenizer from facts_tokenizers
),
agreed as (
    select kind, name_as_published, any_value(name) as name
    from given
    where
        kind = 'task' and source is not null
        -- One source's Winograd is WinoGrande, but the name is that of another task.
        and regexp_replace(lower(name_as_published), '[^a-z0-9]+', '', 'g') not in (
            select regexp_replace(lower(task), '[^a-z0-9]+', '', 'g') from facts_tasks
        )
    group by kind, name_as_published
    having count(distinct name) = 1
),
readings as (
    select kind, source, name_as_published, name, format, 0 as rank from given
    union all by name
    select kind, null as source, name as name_as_published, name, null as format, 1 as rank from canonical
    union all by name
    select kind, null as source, name_as_published, name, null as format, 2 as rank from agreed
)
select kind, source, name_as_published, name, format, rank
from readings
qualify row_number() over (partition by kind, source, name_as_published order by rank, name) = 1
order by kind, source, name_as_published
