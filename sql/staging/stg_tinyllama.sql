-- One row a checkpoint of TinyLlama, or a model beside it, and measured value, in the common shape.
-- grain: run, tokens, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- Tokens are those of their own column, which differ from the checkpoint's name by a rounding; a table without that
-- column finds them by the step in the name. Chat models were trained further, and are runs of their own.
-- The first suite reports length-normalised accuracy where the harness has it, without examples; the second says
-- neither metric nor shots here, but its commands are those of MMLU with five, BBH and DROP with three examples.
with asked (task, task_as_published, format, metric, n_shot) as (
    values
        ('HellaSwag', 'hellaswag', 'rc', 'acc_norm', 0), ('Obqa', 'openbookqa', 'rc', 'acc_norm', 0),
        ('WinoGrande', 'winogrande', 'rc', 'acc', 0), ('ARC_c', 'arc_challenge', 'rc', 'acc_norm', 0),
        ('ARC_e', 'arc_easy', 'rc', 'acc_norm', 0), ('boolq', 'boolq', 'rc', 'acc', 0), ('piqa', 'piqa', 'rc', 'acc_norm', 0),
        ('MMLU', 'mmlu', 'mc', 'acc', 5), ('BBH', 'bbh_overall', 'generate', 'exact_match', 3),
        ('HumanEval', 'humaneval', 'generate', 'pass@1', 0), ('DROP', 'drop', 'generate', 'f1', 3)
),
named as (
    select
        *,
        lower(regexp_extract(model, '^(TinyLlama-1\.1B-intermediate)-step-(\d+)[kK]-', 2)) as step_thousands,
    from raw_tinyllama_scores
),
steps as (
    select step_thousands, max(tokens) as tokens from named where step_thousands <> '' group by step_thousands
),
placed as (
    select
        named.* exclude (tokens),
        coalesce(named.tokens, steps.tokens, if(starts_with(named.model, 'Pythia'), 300000000000, null)) as tokens,
        if(named.step_thousands <> '', 'TinyLlama-1.1B', named.model) as run,
    from named
    left join steps on steps.step_thousands = named.step_thousands and named.step_thousands <> ''
)
select
    'tinyllama' as source,
    placed.run,
    placed.run as model,
    case
        when starts_with(placed.run, 'Pythia') then 'Pythia'
        when contains(placed.run, 'Chat') then 'TinyLlama chat'
        else 'TinyLlama'
    end as family,
    if(starts_with(placed.run, 'Pythia'), 1000000000, 1100000000) as params,
    'as published (rounded)' as params_convention,
    if(placed.run = 'TinyLlama-1.1B', 'SlimPajama and StarCoder', null) as training_corpus,
    if(starts_with(placed.run, 'Pythia'), 'gpt-neox', 'llama-2') as tokenizer,
    'decoder-only transformer' as architecture,
    cast(nullif(placed.step_thousands, '') as bigint) * 1000 as step,
    placed.tokens,
    placed.tokens = max(placed.tokens) over (partition by placed.run) as is_final,
    'score' as kind,
    coalesce(asked.task_as_published, placed.task) as task_as_published,
    asked.format,
    asked.metric as metric_as_published,
    asked.n_shot,
    placed.percent / 100 as value,
    placed.percent as value_as_published,
    placed."commit" as version,
    placed.file,
    'table ' || placed."table" || ', row ' || placed."row" || ', column ' || placed.task as place,
from placed
left join asked on asked.task = placed.task
