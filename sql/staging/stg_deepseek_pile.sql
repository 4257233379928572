-- One row a base model and figure of DeepSeek's tables, in the common shape.
-- grain: run, task_as_published, n_shot, place
-- use: stacked with the other sources into observations
--
-- A model's loss stands in every row of its scores and is taken once a table. Two models stand in two papers each, and
-- some of their scores were measured anew: the later paper counts. ARC is asked by letter with 25 examples: the
-- likelihood of an answer's text does not reach such scores. Sizes are as the names say them.
with stacked as (
    select *, 'score' as kind, score_percent / 100 as value, score_percent as value_as_published from raw_deepseek_pile_figures
    union all by name
    select *, 'loss' as kind, loss as value from raw_deepseek_pile_figures
    qualify row_number() over (partition by file, paper, model order by "row") = 1
),
sized as (
    select
        *,
        case model when 'DeepSeek-V2' then '236' when 'DeepSeek-V3' then '671' else regexp_extract(model, ' (\d+)B$', 1) end as billions,
    from stacked
)
select
    'deepseek_pile' as source,
    sized.model as run,
    sized.model,
    regexp_extract(sized.model, '^([A-Za-z]+)', 1) as family,
    cast(nullif(sized.billions, '') as bigint) * 1000000000 as params,
    if(sized.billions = '', null, 'as published (rounded)') as params_convention,
    true as is_final,
    sized.kind,
    if(sized.kind = 'loss', sized.corpus, null) as corpus_as_published,
    if(sized.kind = 'loss', sized.unit, null) as unit,
    'only' as revision,
    if(sized.kind = 'score', sized.task, null) as task_as_published,
    if(sized.kind = 'loss', null, if(starts_with(sized.task, 'arc_'), 'mc', settings.format)) as format,
    if(sized.kind = 'score', settings.metric, null) as metric_as_published,
    if(sized.kind = 'score', sized.n_shot, null) as n_shot,
    sized.value,
    sized.value_as_published,
    case when starts_with(sized.paper, 'DeepSeek-V3') then 0 when starts_with(sized.paper, 'DeepSeek-V2') then 1 else 2 end as precedence,
    sized."commit" as version,
    sized.file,
    concat_ws(', ', sized.paper, sized."table", 'row ' || sized."row", 'column ' || if(sized.kind = 'loss', 'loss', 'score_percent'))
        as place,
from sized
left join facts_deepseek_settings as settings on settings.task_as_published = sized.task
where sized.value is not null
