-- One row a public model, or a revision of one, and measured value of LLMs on the line, in the common shape.
-- grain: run, tokens, checkpoint, corpus_as_published, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- Losses are taken on windows of 50 tokens (SlimPajama: 16): far above those on whole contexts, and comparable only
-- with each other. Columns called BPB are the loss times a constant, not bits per byte, and are not read.
-- The revisions of OLMo come without tokens or a name, so that a row of the file is all that places them.
-- Tasks are asked without examples; MMLU and CommonsenseQA by letter, as that evaluator does.
with models as (
    select
        *,
        if(tokens is null, 'row ' || "row", null) as checkpoint,
        tokens is not null and tokens = max(tokens) over (partition by model) as is_final,
    from raw_llm_line_models
),
measured as (
    unpivot (select * from models)
    on columns('^.+ (Validation Loss|Accuracy|Loss)$')
    into name col value value
),
named as (
    select
        *,
        regexp_extract(col, '^(.+) Validation Loss$', 1) as corpus,
        regexp_extract(col, '^(.+) (Accuracy|Loss)$', ['task', 'metric']) as score,
    from measured
)
select
    'llm_line' as source,
    model as run,
    model,
    case
        when starts_with(model, 'HuggingFaceFW/ablation-model') then 'FineWeb ablations'
        else regexp_replace(regexp_extract(model, '([^/]+)$', 1), '-\d.*$', '')
    end as family,
    params,
    if(params is null, null, 'total') as params_convention,
    training_corpus,
    case when tokenizer = 'gpt2-HF' then 'gpt2' else nullif(tokenizer, '') end as tokenizer,
    lower(architecture) as architecture,
    step,
    tokens,
    checkpoint,
    is_final,
    if(corpus <> '', 'loss', 'score') as kind,
    nullif(corpus, '') as corpus_as_published,
    if(corpus <> '', 'nats_per_token', null) as unit,
    'only' as revision,
    if(corpus <> '', null, score.task) as task_as_published,
    if(corpus <> '', null, if(score.task in ('MMLU', 'CommonSenseQA'), 'mc', 'rc')) as format,
    if(corpus <> '', null, if(score.metric = 'Accuracy', 'acc', 'answer_loss')) as metric_as_published,
    if(corpus <> '', null, 0) as n_shot,
    value,
    "commit" as version,
    file,
    'row ' || "row" || ', column ' || col as place,
from named
