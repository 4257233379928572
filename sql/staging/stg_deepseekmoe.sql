-- One row a model and figure of DeepSeekMoE's tables 1, 2 and 6, in the common shape.
-- grain: run, corpus_as_published, task_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model's loss stands in every row of its scores and is taken once. Tables 1 and 2 have a tokenizer of 8K entries,
-- table 6 a larger one: two texts, since a token is another there. Where only the experts' parameters are printed, the
-- size is unknown. One model stands in two tables with the same figures.
with stacked as (
    select *, 'score' as kind, score_percent / 100 as value, score_percent as value_as_published from raw_deepseekmoe_figures
    union all by name
    select *, 'loss' as kind, loss as value from raw_deepseekmoe_figures
    qualify row_number() over (partition by file, "table", model order by "row") = 1
),
sized as (
    select *, regexp_extract(params_total, '^([0-9.]+)B$', 1) as billions from stacked
)
select
    'deepseekmoe' as source,
    sized.model as run,
    sized.model,
    'DeepSeekMoE ' || if(sized."table" = 'Table 6', 'table 6', 'tables 1 and 2') as family,
    cast(cast(nullif(sized.billions, '') as double) * 1e9 as bigint) as params,
    if(sized.billions = '', null, 'total, as published (rounded)') as params_convention,
    sized.tokenizer,
    if(sized.params_total = sized.params_activated, 'decoder-only transformer', 'mixture of experts') as architecture,
    cast(regexp_extract(sized.tokens, '^(\d+)B$', 1) as bigint) * 1000000000 as tokens,
    true as is_final,
    sized.kind,
    if(sized.kind = 'loss', sized.corpus || if(sized."table" = 'Table 6', ', larger vocabulary', ', vocabulary 8K'), null)
        as corpus_as_published,
    if(sized.kind = 'loss', sized.unit, null) as unit,
    'only' as revision,
    if(sized.kind = 'score', sized.task, null) as task_as_published,
    if(sized.kind = 'score', settings.format, null) as format,
    if(sized.kind = 'score', settings.metric, null) as metric_as_published,
    if(sized.kind = 'score', sized.n_shot, null) as n_shot,
    sized.value,
    sized.value_as_published,
    sized."commit" as version,
    sized.file,
    sized."table" || ', row ' || sized."row" || ', column ' || if(sized.kind = 'loss', 'loss', 'score_percent') as place,
from sized
left join facts_deepseek_settings as settings on settings.task_as_published = sized.task
where sized.value is not null
