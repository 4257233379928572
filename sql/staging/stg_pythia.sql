-- One row an evaluation and measured value of the Pythia repository, in the common shape.
-- grain: run, step, corpus_as_published, task_as_published, metric_as_published, n_shot
-- use: stacked with the other sources into observations
-- partition: task; whole: facts_harness_formats, facts_pythia_n_items, raw_pythia_evaluations
--
-- Model and shots are those of the file's own configuration, never of its folder or name: 90 files of v0 that
-- stand under five-shot are zero-shot by their configuration. Each of them meets its zero-shot twin, and the one in
-- the folder that its configuration names is kept. A v0 configuration has no name for the model, but its shape, which
-- the suite's own table names, and whether its data were deduplicated.
-- All runs saw 299,892,736,000 tokens, so a step is that by the run's number of steps; a run of v1 with another batch
-- says so in its name (0.5MtokBS is 0.5 × 2^20 tokens a step).
-- Losses: WikiText bits per byte, and the perplexity of LAMBADA's last word as its logarithm, by number of shots.
-- Word and byte perplexity are the same loss in other units: they stay what they are, metrics.
with shapes (size, layers, hidden, heads, params, params_non_embedding) as (
    -- Biderman et al. 2023, table 1, and the cards of the two smallest models.
    values
        ('14m', 6, 128, 4, 14067712, 1189888), ('31m', 6, 256, 8, 30494720, 4739072),
        ('70m', 6, 512, 8, 70426624, 18915328), ('160m', 12, 768, 12, 162322944, 85056000),
        ('410m', 24, 1024, 16, 405334016, 302311424), ('1b', 16, 2048, 8, 1011781632, 805736448),
        ('1.4b', 24, 2048, 16, 1414647808, 1208602624), ('2.8b', 32, 2560, 32, 2775208960, 2517652480),
        ('6.9b', 32, 4096, 32, 6857302016, 6444163072), ('12b', 36, 5120, 40, 11846072320, 11327027200)
),
named as (
    select
        evaluations.* exclude (suite, model, is_deduped),
        replace(evaluations.suite, 'pythia-', '') as suite,
        coalesce(
            -- v1 was released under a working title.
            replace(evaluations.model, 'pythia-v1.1-', 'pythia-'),
            'pythia-' || shapes.size || if(evaluations.is_deduped, '-deduped', ''),
            evaluations.named_model
        ) as model,
        evaluations.model is not null as is_released,
        coalesce(evaluations.is_deduped, contains(evaluations.model, '-deduped')) as is_deduped,
    from raw_pythia_evaluations as evaluations
    left join shapes
        on evaluations.model is null
        and shapes.layers = evaluations.layers
        and shapes.hidden = evaluations.hidden
        and shapes.heads = evaluations.heads
),
placed as (
    select
        *,
        starts_with(suite, 'v') as is_pythia,
        regexp_extract(model, '^pythia-([0-9.]+[bm])', 1) as size,
        cast(nullif(regexp_extract(model, '-([0-9.]+)MtokBS', 1), '') as double) as batch_millions,
        row_number() over (
            partition by suite, model, n_shot, step
            order by coalesce(named_n_shot <> n_shot, false), evaluated_at desc, file
        ) as precedence,
    from named
),
runs as (
    select
        placed.file,
        placed.commit,
        placed.suite || '/' || placed.model as run,
        placed.model,
        case
            when placed.is_pythia then
                'Pythia ' || placed.suite || if(placed.is_deduped, ' deduped', '')
                || coalesce(', batch ' || placed.batch_millions || 'M', '')
            when placed.suite = 'opt' then 'OPT'
            when placed.suite = 'bloom' then 'BLOOM'
        end as family,
        if(placed.is_pythia, shapes.params, params_named(placed.model)) as params,
        shapes.params_non_embedding,
        if(placed.is_pythia, 'total', 'as published (rounded)') as params_convention,
        case
            when placed.is_pythia then if(placed.is_deduped, 'The Pile, deduplicated', 'The Pile')
            when placed.suite = 'opt' then 'OPT corpus'
            when placed.suite = 'bloom' then 'ROOTS'
        end as training_corpus,
        case when placed.is_pythia then 'gpt-neox' when placed.suite = 'opt' then 'gpt2' when placed.suite = 'bloom' then 'bloom' end as tokenizer,
        placed.is_pythia,
        placed.n_shot,
        placed.step,
        placed.step * case
            when placed.train_steps > 0 then 299892736000 // placed.train_steps
            -- A configuration that tells neither steps nor a released model leaves the tokens unknown.
            when placed.is_released then cast(coalesce(placed.batch_millions, 2) * 1048576 as bigint)
        end as tokens,
        placed.precedence,
    from placed
    left join shapes on shapes.size = placed.size
),
measured as (
    select
        points.*,
        harness_format(points.task, points.task_version) as format,
        items.n_items,
        case
            when points.metric = 'bits_per_byte' then points.task
            when points.metric = 'ppl' and runs.n_shot = 0 then points.task
            when points.metric = 'ppl' and runs.n_shot = 5 then points.task || '_five_shot'
            when points.metric = 'ppl' then points.task || '_' || runs.n_shot || '_shot'
        end as corpus_as_published,
        runs.* exclude (file),
    from raw_pythia_values as points
    inner join runs on runs.file = points.file
    left join facts_pythia_n_items as items on items.task = points.task
)
select
    'pythia' as source,
    run,
    model,
    family,
    params,
    params_non_embedding,
    params_convention,
    training_corpus,
    tokenizer,
    'decoder-only transformer' as architecture,
    step,
    tokens,
    not is_pythia or tokens = 299892736000 as is_final,
    if(corpus_as_published is null, 'score', 'loss') as kind,
    corpus_as_published,
    case metric when 'bits_per_byte' then 'bits_per_byte' when 'ppl' then 'nats_per_last_word' end as unit,
    'only' as revision,
    if(corpus_as_published is null, task, null) as task_as_published,
    if(corpus_as_published is null, format, null) as format,
    if(corpus_as_published is null, metric, null) as metric_as_published,
    if(corpus_as_published is null, n_shot, null) as n_shot,
    if(metric = 'ppl', if(value > 0, ln(value), null), value) as value,
    if(metric = 'ppl', value, null) as value_as_published,
    if(corpus_as_published is null, stderr, null) as stderr,
    if(corpus_as_published is null, n_items, null) as n_items,
    precedence,
    commit as version,
    file,
    place,
from measured
