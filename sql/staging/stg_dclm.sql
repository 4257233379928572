-- One row a model and measured value of DataComp-LM, in the common shape.
-- grain: run, corpus_as_published, revision, task_as_published, metric_as_published
-- use: stacked with the other sources into observations
--
-- An evaluation belongs to the model whose uuid it gives; where several model files give it, to the one of them that
-- has its name. One that gives none is of a public model, which it names, and is a run by its own name, without size or
-- tokens; so is one whose model has no file. A file called a copy yields to the one that is not.
-- What the evaluations call perplexity is a mean cross-entropy on the OpenLM validation, in nats per token (a
-- perplexity would be its exponential). Some model files give a loss on the same text; where both do, the two
-- differ in the fourth digit, both are kept, and the evaluation's is used, since it comes from the same
-- procedure for every model. What is called downstream perplexity is, likewise, the mean
-- cross-entropy on the text of a task: another metric than its accuracy.
-- The evaluator of multiple choice takes the answer of least perplexity, a mean over its tokens: a metric of its own,
-- which is the plain one where the answer is a letter, and in schemas, whose continuations are one and the same.
-- The text of a model file's loss is a folder and its shards: other shards are another text.
-- The tables of tasks give the shots; where two editions name a task, the first by name is read. Their numbers of
-- items are claims about the tasks (see chance_claims), not counts from the evaluations.
with models as (
    select run, uuid, architecture, count(*) over (partition by uuid) as n_of_uuid from raw_dclm_models
),
runs as (
    select
        evaluations.file as evaluation,
        coalesce(models.run, evaluations.named_run) as run,
        coalesce(models.architecture, evaluations.model) as model,
        evaluations.perplexity,
        evaluations.commit,
        if(evaluations.stem like '%\_copy' escape '\', 1, 0) as precedence,
    from raw_dclm_evaluations as evaluations
    left join models
        on models.uuid = evaluations.model_uuid
        and (models.n_of_uuid = 1 or models.run = evaluations.named_run)
),
tasks as (
    select
        "Eval Task" as task,
        arg_min("Task Type", file) as task_type,
        arg_min("#shots", file) as n_shot,
    from raw_dclm_tasks
    group by "Eval Task"
),
evaluated as (
    select distinct run from runs where perplexity is not null
),
validations as (
    select
        validations.run,
        'loss' as kind,
        regexp_extract(validations.val_data, '[^/]+/[^/]+$') as corpus_as_published,
        'nats_per_token' as unit,
        if(corpus_as_published like 'open_lm_val/%' and evaluated.run is not null, 'first', 'only') as revision,
        validations.loss as value,
        validations.loss_low as value_low,
        validations.loss_high as value_high,
        validations.n_tokens,
        models.commit as version,
        validations.file,
        validations.place,
    from raw_dclm_validations as validations
    inner join raw_dclm_models as models on models.run = validations.run
    left join evaluated on evaluated.run = validations.run
),
losses as (
    select
        runs.run,
        'loss' as kind,
        'open_lm_val' as corpus_as_published,
        'nats_per_token' as unit,
        if(validations.run is null, 'only', 'revised') as revision,
        runs.perplexity as value,
        runs.precedence,
        runs.commit as version,
        runs.evaluation as file,
        'eval_metrics.perplexity' as place,
    from runs
    left join validations on validations.run = runs.run and validations.corpus_as_published like 'open_lm_val/%'
    where runs.perplexity is not null
),
scores as (
    select
        runs.run,
        'score' as kind,
        if(scores.kind = 'score', scores.task, 'text:' || scores.task) as task_as_published,
        case
            when scores.kind = 'task_loss' then 'rc'
            when tasks.task_type in ('multiple choice', 'schema') then 'rc'
            else 'generate'
        end as format,
        case
            when scores.kind = 'task_loss' then 'task_loss'
            when tasks.task_type = 'multiple choice' and letters.task is null then 'acc_norm_by_tokens'
            else 'acc'
        end as metric_as_published,
        if(scores.kind = 'score', tasks.n_shot, null) as n_shot,
        scores.value,
        runs.precedence,
        runs.commit as version,
        scores.file,
        scores.place,
    from raw_dclm_scores as scores
    inner join runs on runs.evaluation = scores.file
    left join tasks on tasks.task = scores.task
    left join facts_task_aliases as letters
        on letters.source = 'dclm' and letters.format = 'mc' and letters.task_as_published = scores.task
),
stacked as (
    select * from validations
    union all by name
    select * from losses
    union all by name
    select * from scores
),
names as (
    select run, any_value(model) as model from runs group by run
)
select
    'dclm' as source,
    stacked.run,
    coalesce(models.run, names.model) as model,
    'open_lm ' || models.dataset_name as family,
    models.params,
    models.params_no_embed as params_non_embedding,
    if(models.run is not null, 'total', null) as params_convention,
    models.dataset_name as training_corpus,
    -- The publisher's default, unless a run's name says another.
    case when models.run like '%arcade100k%' then 'arcade100k' when models.run is not null then 'gpt-neox' end as tokenizer,
    if(models.run is not null, 'decoder-only transformer', null) as architecture,
    cast(models.seed as varchar) as seed,
    models.tokens,
    true as is_final,
    stacked.kind,
    stacked.corpus_as_published,
    stacked.unit,
    stacked.revision,
    stacked.task_as_published,
    stacked.format,
    stacked.metric_as_published,
    stacked.n_shot,
    stacked.value,
    stacked.value_low,
    stacked.value_high,
    stacked.n_tokens,
    stacked.precedence,
    stacked.version,
    stacked.file,
    stacked.place,
from stacked
left join raw_dclm_models as models on models.run = stacked.run
left join names on names.run = stacked.run
