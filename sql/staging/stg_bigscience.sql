-- One row a checkpoint and score of the BigScience evaluations, in the common shape.
-- grain: run, tokens, task_as_published, format, metric_as_published, n_shot
-- use: stacked with the other sources into observations
--
-- A file that gives tokens is a run with its checkpoints, of 1.3B parameters where its name says 1B3; a folder of tr11,
-- or the file of tr1, is a model at its end, whose tokens the files do not give. Any other file beside it is a run of
-- its own name. Files that say their number of shots say zero; the others
-- come from the same scripts, whose default that is. A task asked by several prompts is one task a prompt,
-- `task+prompt`; HumanEval is one a sampling temperature. bslmevalfiles are the parts that bslmeval.json gathers.
-- Perplexities and bits per byte are kept as metrics: the source has no loss on a text that its tasks share.
with models (folder, model, family, params, params_convention, training_corpus, tokenizer) as (
    values
        ('bloom', 'BLOOM 176B', 'BLOOM', 176247271424, 'total', 'ROOTS', 'bloom'),
        ('bloom2b5', 'BLOOM 3B', 'BLOOM', 3002557440, 'total', 'ROOTS', 'bloom'),
        ('bloom1b3', 'BLOOM 1.7B', 'BLOOM', 1722408960, 'total', 'ROOTS', 'bloom'),
        ('bloom350m', 'BLOOM 560M', 'BLOOM', 559214592, 'total', 'ROOTS', 'bloom'),
        ('opt', 'OPT 175B', 'OPT', 175000000000, 'as published (rounded)', 'OPT corpus', 'gpt2'),
        ('tr1', 'BigScience 13B', 'BigScience 13B', 13000000000, 'as published (rounded)', 'OSCAR', 'gpt2')
),
corpora (name, training_corpus) as (
    values
        ('oscar', 'OSCAR'), ('c4', 'C4'), ('pile', 'The Pile'),
        ('oscar-en-filtered', 'OSCAR, English, filtered'),
        ('oscar-en-filtered-dedup', 'OSCAR, English, filtered, deduplicated')
),
files as (
    select
        file,
        any_value(commit) as commit,
        list_extract(string_split(file, '/'), 3) as training,
        list_extract(string_split(file, '/'), -2) as folder,
        regexp_replace(list_extract(string_split(file, '/'), -1), '(-checkpoints)?[_-]agg\.json$', '') as stem,
        bool_or(tokens is not null) as is_trajectory,
        contains(file, '/bslmevalfiles/') as is_part,
    from raw_bigscience_scores
    group by file
),
evaluated as (
    select
        *,
        case
            when folder <> training then list_extract(string_split(file, '/'), 4)
            when stem = 'Tr1-13B-harness-eval.json' then training
            else regexp_replace(stem, '(-harness-eval)?\.json$', '')
        end as name,
        nullif(regexp_extract(stem, '^[^-]+-[^-]+-(.+)$', 1), '') as corpus_name,
        contains(stem, '1B3') as is_1b3,
    from files
),
runs as (
    select
        evaluated.file,
        evaluated.commit,
        evaluated.is_trajectory,
        evaluated.is_part,
        if(evaluated.is_trajectory, evaluated.stem, evaluated.training || if(evaluated.training = evaluated.name, '', '/' || evaluated.name)) as run,
        if(evaluated.is_trajectory, evaluated.stem, coalesce(models.model, evaluated.name)) as model,
        case
            when not evaluated.is_trajectory then models.family
            when evaluated.is_1b3 then 'BigScience 1.3B ' || evaluated.corpus_name
            else 'BigScience ' || evaluated.stem
        end as family,
        if(evaluated.is_trajectory, if(evaluated.is_1b3, 1300000000, null), models.params) as params,
        if(
            evaluated.is_trajectory,
            if(evaluated.is_1b3, 'as published (rounded)', null),
            models.params_convention
        ) as params_convention,
        if(evaluated.is_trajectory, coalesce(corpora.training_corpus, evaluated.corpus_name), models.training_corpus) as training_corpus,
        if(evaluated.is_trajectory, 'gpt2', models.tokenizer) as tokenizer,
    from evaluated
    left join models on models.folder = evaluated.name
    left join corpora on corpora.name = evaluated.corpus_name
),
last_checkpoints as (
    select runs.run, max(scores.tokens) as tokens
    from raw_bigscience_scores as scores
    inner join runs on runs.file = scores.file
    group by runs.run
)
select
    'bigscience' as source,
    runs.run,
    runs.model,
    runs.family,
    runs.params,
    runs.params_convention,
    runs.training_corpus,
    runs.tokenizer,
    'decoder-only transformer' as architecture,
    scores.step,
    scores.tokens,
    not runs.is_trajectory or scores.tokens = last_checkpoints.tokens as is_final,
    'score' as kind,
    'only' as revision,
    scores.task as task_as_published,
    harness_format(scores.task, null) as format,
    scores.metric as metric_as_published,
    coalesce(scores.n_shot, 0) as n_shot,
    scores.value,
    scores.stderr,
    if(runs.is_part, 1, 0) as precedence,
    runs.commit as version,
    scores.file,
    scores.place,
from raw_bigscience_scores as scores
inner join runs on runs.file = scores.file
inner join last_checkpoints on last_checkpoints.run = runs.run
