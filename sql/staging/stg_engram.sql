-- One row a model and figure of Engram's table 1, in the common shape.
-- grain: run, corpus_as_published, task_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model's two losses stand in every row of its scores and are taken once. ARC is asked by letter with 25 examples:
-- the likelihood of an answer's text does not reach such scores.
with firsts as (
    select * from raw_engram_figures qualify row_number() over (partition by file, model order by "row") = 1
),
stacked as (
    select *, 'score' as kind, 'score_percent' as col, score_percent / 100 as value, score_percent as value_as_published
    from raw_engram_figures
    union all by name
    select *, 'loss' as kind, 'loss_1' as col, corpus_1 as corpus, loss_1 as value from firsts
    union all by name
    select *, 'loss' as kind, 'loss_2' as col, corpus_2 as corpus, loss_2 as value from firsts
)
select
    'engram' as source,
    stacked.model as run,
    stacked.model,
    'Engram' as family,
    cast(cast(regexp_extract(stacked.params_total, '^([0-9.]+)B$', 1) as double) * 1e9 as bigint) as params,
    'total, as published (rounded)' as params_convention,
    'deepseek-v3' as tokenizer,
    if(starts_with(stacked.model, 'Dense'), 'decoder-only transformer', 'mixture of experts') as architecture,
    cast(regexp_extract(stacked.tokens, '^(\d+)B$', 1) as bigint) * 1000000000 as tokens,
    true as is_final,
    stacked.kind,
    stacked.corpus as corpus_as_published,
    if(stacked.kind = 'loss', stacked.unit, null) as unit,
    'only' as revision,
    if(stacked.kind = 'score', stacked.task, null) as task_as_published,
    if(stacked.kind = 'loss', null, if(starts_with(stacked.task, 'arc_'), 'mc', settings.format)) as format,
    if(stacked.kind = 'score', settings.metric, null) as metric_as_published,
    if(stacked.kind = 'score', stacked.n_shot, null) as n_shot,
    stacked.value,
    stacked.value_as_published,
    stacked."commit" as version,
    stacked.file,
    stacked."table" || ', row ' || stacked."row" || ', column ' || stacked.col as place,
from stacked
left join facts_deepseek_settings as settings on settings.task_as_published = stacked.task
where stacked.value is not null
