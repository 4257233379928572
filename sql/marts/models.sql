-- One row a published model, under one name over all sources.
-- grain: model
-- use: joins sources that name models differently; runs carry the same name
--
-- model: canonical name: that of the released weights where there are any, else the source's own
-- owner: who trained it, where known
-- aliases: names under which sources publish it, `source:name`
-- sources: sources that hold a run of it
-- n_runs: runs of it, over all sources
with owners as (
    select model, any_value(owner) as owner from facts_model_aliases group by model
)
select
    runs.model,
    coalesce(any_value(owners.owner), nullif(regexp_extract(runs.model, '^([^/]+)/', 1), '')) as owner,
    string_agg(
        distinct runs.source || ':' || runs.model_as_published, ', '
        order by runs.source || ':' || runs.model_as_published
    ) as aliases,
    string_agg(distinct runs.source, ', ' order by runs.source) as sources,
    count(*) as n_runs,
from runs
left join owners on owners.model = runs.model
where runs.model is not null
group by runs.model
order by runs.model
