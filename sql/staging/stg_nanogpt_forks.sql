-- One row a checkpoint and measured value of the followers of build-nanogpt, in the common shape.
-- grain: run, tokens, kind
-- use: stacked with the other sources into observations
--
-- A step is 524,288 tokens, as the README of build-nanogpt sets it. The runs called bigger and smaller have sizes that
-- no file tells; the others are GPT-2 of 124 million parameters. HellaSwag is asked of all 10,042 items, the likelihood
-- of an ending divided by its number of tokens: a metric of its own, since the harness divides by characters.
-- One log is the second epoch of a training whose first is not published, and starts near step 19,073.
select
    'nanogpt_forks' as source,
    repo || '/' || log as run,
    'GPT-2 ' || log as model,
    'build-nanogpt ' || if(regexp_matches(log, 'bigger|smaller'), log, 'GPT-2 124M') as family,
    if(regexp_matches(log, 'bigger|smaller'), null, 124475904) as params,
    if(regexp_matches(log, 'bigger|smaller'), null, 'total') as params_convention,
    'FineWeb-Edu' as training_corpus,
    'gpt2' as tokenizer,
    'decoder-only transformer' as architecture,
    step,
    step * 524288 as tokens,
    step = max(step) over (partition by repo, log) as is_final,
    if(kind = 'val', 'loss', 'score') as kind,
    if(kind = 'val', 'fineweb_edu_val', null) as corpus_as_published,
    if(kind = 'val', 'nats_per_token', null) as unit,
    'only' as revision,
    if(kind = 'hella', 'hellaswag', null) as task_as_published,
    if(kind = 'hella', 'rc', null) as format,
    if(kind = 'hella', 'acc_norm_by_tokens', null) as metric_as_published,
    if(kind = 'hella', 0, null) as n_shot,
    value,
    if(kind = 'hella', 10042, null) as n_items,
    "commit" as version,
    file,
    'line ' || line as place,
from raw_nanogpt_forks_points
