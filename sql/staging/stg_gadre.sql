-- One row a run and measured value of Gadre et al., in the common shape.
-- grain: run, corpus_as_published, task_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- The number of items in the publisher's table of tasks is a claim about the task (see chance_claims), not a count
-- from the evaluation, so it is not taken as one.
-- The evaluator of multiple choice takes the answer of least perplexity, a mean over its tokens: a metric of its own,
-- which is the plain one where the answer is a letter, and in schemas, whose continuations are one and the same.
-- An evaluation belongs to the model of its name; without one it is a run without size or tokens.
-- A run has one checkpoint, its last. The corpus is the folder above the shard that the loss was taken on.
with runs as (
    select
        run,
        dataset_name,
        params,
        params_no_embed as params_non_embedding,
        tokens,
        commit,
    from raw_gadre_models
),
losses as (
    select
        run,
        'loss' as kind,
        list_extract(string_split(val_data, '/'), -2) as corpus_as_published,
        'nats_per_token' as unit,
        loss as value,
        loss_low as value_low,
        loss_high as value_high,
        n_tokens,
        file,
        place,
    from raw_gadre_losses
),
scores as (
    select
        scores.run,
        'score' as kind,
        scores.task as task_as_published,
        -- Without the table of tasks nothing says how a task was asked.
        case
            when tasks."Task Type" in ('multiple choice', 'schema') then 'rc'
            when tasks."Task Type" is not null then 'generate'
        end as format,
        if(
            tasks."Task Type" = 'multiple choice' and letters.task is null,
            'acc_norm_by_tokens',
            'acc'
        ) as metric_as_published,
        tasks."#shots" as n_shot,
        scores.score as value,
        scores.file,
        scores.place,
    from raw_gadre_scores as scores
    left join raw_gadre_tasks as tasks on tasks."Eval Task" = scores.task
    left join facts_task_aliases as letters
        on letters.source = 'gadre' and letters.format = 'mc' and letters.task_as_published = scores.task
),
stacked as (
    select * from losses
    union all by name
    select * from scores
)
select
    'gadre' as source,
    stacked.run,
    stacked.run as model,
    'open_lm ' || runs.dataset_name as family,
    runs.params,
    runs.params_non_embedding,
    if(runs.run is not null, 'total', null) as params_convention,
    case runs.dataset_name
        when 'c4_original' then 'C4' when 'rpj' then 'RedPajama' when 'rw_original' then 'RefinedWeb'
        else runs.dataset_name
    end as training_corpus,
    if(runs.run is not null, 'gpt-neox', null) as tokenizer,
    'decoder-only transformer' as architecture,
    runs.tokens,
    true as is_final,
    stacked.kind,
    stacked.corpus_as_published,
    stacked.unit,
    'only' as revision,
    stacked.task_as_published,
    stacked.format,
    stacked.metric_as_published,
    stacked.n_shot,
    stacked.value,
    stacked.value_low,
    stacked.value_high,
    stacked.n_tokens,
    runs.commit as version,
    stacked.file,
    stacked.place,
from stacked
left join runs on runs.run = stacked.run
