-- One row a finished run and measured value of loss-to-loss prediction, in the common shape.
-- grain: run, corpus_as_published, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A row of the file is a run at its end; compute is 6 × size × tokens. Size counts both matrices of the vocabulary.
-- A column's name gives the task, how it was asked and the metric: `mc_5shot` names letters and five examples, the
-- others the likelihood of the answer's text, without examples. `ce_loss` is the loss on the right answer.
with columns as materialized (
    select
        "column" as col,
        regexp_extract("column", '^eval/([^/]+)_val/CrossEntropyLoss$', 1) as corpus,
        regexp_extract(
            "column", '^eval/downstream[^/]*/(.+?)(_mc_5shot)?(_test)?_(acc|len_norm|ce_loss)$', ['task', 'mc', 'test', 'metric']
        ) as score,
    from (select distinct "column" from raw_kempner_values)
)
select
    'kempner' as source,
    runs.data || '-N' || runs.params || '-C' || replace(cast(runs.iso_flop as varchar), '+', '') || '-' || runs.id as run,
    'OLMo ' || runs.data || ' N' || runs.params as model,
    'OLMo ' || runs.data as family,
    runs.params,
    'total' as params_convention,
    runs.data as training_corpus,
    'llama-2' as tokenizer,
    'decoder-only transformer' as architecture,
    runs.steps as step,
    cast(round(runs.tokens) as bigint) as tokens,
    runs.iso_flop as compute_flop,
    true as is_final,
    if(columns.corpus <> '', 'loss', 'score') as kind,
    nullif(columns.corpus, '') as corpus_as_published,
    if(columns.corpus <> '', 'nats_per_token', null) as unit,
    'only' as revision,
    nullif(columns.score.task, '') as task_as_published,
    if(columns.corpus <> '', null, if(columns.score.mc <> '', 'mc', 'rc')) as format,
    nullif(columns.score.metric, '') as metric_as_published,
    if(columns.corpus <> '', null, if(columns.score.mc <> '', 5, 0)) as n_shot,
    points.value,
    runs."commit" as version,
    points.file,
    'row ' || points."row" || ', column ' || points."column" as place,
from raw_kempner_values as points
inner join raw_kempner_runs as runs on runs.file = points.file and runs."row" = points."row"
inner join columns on columns.col = points."column"
