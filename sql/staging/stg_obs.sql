-- One row a public model and measured value of the observational scaling laws, in the common shape.
-- grain: run, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A model stands at its last checkpoint. Sizes, tokens and compute are as published, rounded; compute is 6 × size × tokens.
-- A size is the total, but for some mixtures of experts, where it is what is active for a token. Two sizes are not what
-- the model's own name says: they and the compute that was made from them are kept as published, under a convention
-- that says so.
-- A column's name gives task, shots and metric; the benchmark tables name the task alone, and its metric is that of
-- the leaderboard that the publisher took it from, which does not print the shots here.
-- Columns that end in `norm` are (score - chance) / (1 - chance): they may be negative, and are a metric of their own.
-- The GSM8K columns of several shots are whole multiples of 1/500 throughout, GSM8K itself of 1/1319: it asked all. Many
-- chain-of-thought scores of BIG-Bench Hard are no whole multiple of 1/items; the publisher does not say why.
-- Agent scores are in percent and become fractions. A table of smaller models repeats rows of the full one.
with benchmarks (col, metric_as_published, format) as (
    values
        ('MMLU', 'acc', 'mc'), ('ARC-C', 'acc_norm', 'rc'), ('HellaSwag', 'acc_norm', 'rc'), ('Winograd', 'acc', 'rc'),
        ('Winogrande', 'acc', 'rc'), ('TruthfulQA', 'mc2', 'rc'), ('XWinograd', 'acc', 'rc'),
        ('GSM8K', 'exact_match', 'generate'), ('HumanEval', 'pass@1', 'generate'),
        ('Arena-Elo', 'arena_elo_rescaled', 'generate'), ('MTBench', 'mtbench_rescaled', 'generate'),
        ('leaderboard_bbh', 'acc_norm', 'mc'), ('leaderboard_gpqa', 'acc_norm', 'mc'),
        ('leaderboard_ifeval', 'acc', 'generate'), ('leaderboard_math_hard', 'exact_match', 'generate'),
        ('leaderboard_mmlu_pro', 'acc', 'mc'), ('leaderboard_musr', 'acc_norm', 'mc'),
        ('ABench-OA', 'agentbench_overall', 'generate')
),
-- Mixtral 8x22B: 39 of 141 billion are active; DeepSeek-V2 and the coder made from it: 21 of 236; Jamba: 12 of 52.
-- Those of Mixtral 8x7B and DeepSeekMoE 16B are totals. Qwen2-57B-A14B is printed as 24, open_llama_7b_v2 as 13.
odd_sizes (model, params_convention) as (
    values
        ('mistralai/Mixtral-8x22B-v0.1', 'active, as published (rounded)'),
        ('deepseek-ai/DeepSeek-V2', 'active, as published (rounded)'),
        ('deepseek-ai/DeepSeek-Coder-V2-Base', 'active, as published (rounded)'),
        ('ai21labs/Jamba-v0.1', 'active, as published (rounded)'),
        ('Qwen/Qwen2-57B-A14B', 'as published, unlike its name'),
        ('openlm-research/open_llama_7b_v2', 'as published, unlike its name')
),
models as (
    select
        model,
        arg_min(family, file) as family,
        arg_min(size_billions, file) as size_billions,
        arg_min(tokens_trillions, file) as tokens_trillions,
        arg_min(flop_1e21, file) as flop_1e21,
    from raw_obs_models
    group by model
),
-- Materialised, else names are taken apart once a value.
parsed as materialized (
    select
        "column" as col,
        regexp_extract("column", '^(\w+?)_(\d+)_(acc|exact_match|bleu)(?:,(.+))?$', ['task', 'n_shot', 'metric', 'filter']) as parts,
        regexp_extract("column", '^(ABench|ABoard)-(.+?)(?:_(PR|SR))?$', ['board', 'task', 'rate']) as agent,
    from (select distinct "column" from raw_obs_values)
),
columns as (
    select
        parsed.col,
        coalesce(nullif(parsed.parts.task, ''), regexp_replace(parsed.col, '_(PR|SR)$', '')) as task_as_published,
        coalesce(
            benchmarks.format,
            if(parsed.parts.metric = 'acc' and parsed.parts.task not like 'arithmetic%', 'rc', 'generate')
        ) as format,
        case
            when benchmarks.col is not null then benchmarks.metric_as_published
            when parsed.parts.metric <> '' then concat_ws(',', parsed.parts.metric, nullif(parsed.parts.filter, ''))
            when parsed.agent.rate = 'PR' then 'progress_rate'
            when parsed.agent.rate = 'SR' then 'success_rate'
            when parsed.agent.board = 'ABench' then 'agent_score'
        end as metric_as_published,
        cast(nullif(parsed.parts.n_shot, '') as integer) as n_shot,
        benchmarks.col is null and parsed.agent.board <> '' as is_percent,
        case when benchmarks.col = 'GSM8K' then 1319 when parsed.parts.task like 'gsm8k%' then 500 end as n_items,
    from parsed
    left join benchmarks on benchmarks.col = parsed.col
)
select
    'obs' as source,
    points.model as run,
    points.model,
    models.family,
    cast(round(models.size_billions * 1e9) as bigint) as params,
    case
        when models.size_billions is not null then coalesce(odd_sizes.params_convention, 'as published (rounded)')
    end as params_convention,
    cast(round(models.tokens_trillions * 1e12) as bigint) as tokens,
    models.flop_1e21 * 1e21 as compute_flop,
    true as is_final,
    'score' as kind,
    columns.task_as_published,
    columns.format,
    columns.metric_as_published,
    columns.n_shot,
    if(columns.is_percent, points.value / 100, points.value) as value,
    if(columns.is_percent, points.value, null) as value_as_published,
    if(points.file like '%\_sub\_%' escape '\', 1, 0) as precedence,
    columns.n_items,
    points."commit" as version,
    points.file,
    'row ' || points."row" || ', column ' || points."column" as place,
from raw_obs_values as points
inner join columns on columns.col = points."column"
left join models on models.model = points.model
left join odd_sizes on odd_sizes.model = points.model
