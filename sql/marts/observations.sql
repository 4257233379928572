-- One row a published value: a loss or a score of one checkpoint, named, judged, and traceable to its file.
-- grain: source, file, place, kind, revision
-- use: losses and scores take the kept rows, rejects the rejected ones; internal
-- partition: run; whole: facts_metrics, facts_units, files_out_of_scale, names, steps_out_of_order
-- apart: own
--
-- run_id: source and run, `<source>/<run>`
-- checkpoint_id: run and position, `<run_id>@<tokens>`; where the source gives no token count, what else names the
--   checkpoint, such as its step, or `@final`
-- corpus: text the loss is taken on, under one name over all sources
-- source: short name of the published set of tables
-- task: benchmark, under one name over all sources
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- metric: how answers become a number, under one name over all sources
-- status: kept, duplicate (equal to a kept value of the same key, to 12 digits) or rejected
-- rule: the rule that a rejected value breaks
-- message: what is wrong with a rejected value, in words
with named as not materialized (
    select
        staged.* exclude (format, precedence, revision, checkpoint),
        staged.source || '/' || staged.run as run_id,
        coalesce(cast(staged.tokens as varchar), staged.checkpoint, if(staged.is_final, 'final', null)) as position,
        staged.source || '/' || staged.run || '@' || coalesce(position, 'final') as checkpoint_id,
        corpora.name as corpus,
        tasks.name as task,
        coalesce(tasks.format, staged.format) as format,
        metrics.name as metric,
        coalesce(staged.precedence, 0) as precedence,
        coalesce(staged.revision, 'only') as revision,
        hash(
            checkpoint_id, staged.kind, corpora.name, staged.unit, coalesce(staged.revision, 'only'),
            tasks.name, coalesce(tasks.format, staged.format), metrics.name, staged.n_shot
        ) as key_hash,
    from staged
    left join names as corpora
        on corpora.kind = 'corpus'
        and corpora.source = staged.source
        and corpora.name_as_published = staged.corpus_as_published
    left join names as tasks
        on tasks.kind = 'task' and tasks.source = staged.source and tasks.name_as_published = staged.task_as_published
    left join names as metrics
        on metrics.kind = 'metric'
        and metrics.source = staged.source
        and metrics.name_as_published = staged.metric_as_published
),
judged as not materialized (
    select
        named.*,
        case
            when named.value is null or not isfinite(named.value) then 'not_finite'
            when coalesce(named.run, '') = '' then 'no_run'
            when named.position is null then 'no_position'
            when named.tokens < 0 then 'negative_tokens'
            when named.step < 0 then 'negative_step'
            when steps_out_of_order.tokens is not null then 'tokens_out_of_order'
            when named.params <= 0 or named.params_non_embedding > named.params then 'params_out_of_range'
            when not (isfinite(named.compute_flop) and named.compute_flop >= 0) then 'compute_out_of_range'
            when named.value < named.value_low or named.value > named.value_high then 'outside_own_interval'
            when named.kind = 'loss' and named.corpus is null then 'no_corpus'
            when named.kind = 'loss' and named.unit is null then 'no_unit'
            when named.kind = 'loss' and facts_units.unit is null then 'unknown_unit'
            when named.kind = 'loss' and named.value <= facts_units.above then 'loss_not_positive'
            when named.kind = 'loss' and named.value > facts_units.upper_bound then 'loss_above_bound'
            when named.kind = 'score' and named.task is null then 'no_task'
            when named.kind = 'score' and facts_metrics.metric is null then 'unknown_metric'
            when named.kind = 'score' and named.value < facts_metrics.lower_bound then 'score_below_bound'
            when named.kind = 'score' and named.value > facts_metrics.upper_bound then 'score_above_bound'
            when not (isfinite(named.stderr) and named.stderr >= 0) then 'stderr_out_of_range'
            when named.n_items <= 0 then 'items_out_of_range'
            when files_out_of_scale.file is not null then 'file_out_of_scale'
        end as rule,
        -- Nearly no value breaks a rule, and to write it as text is dear.
        case when rule is not null then
            case rule
                when 'negative_step' then 'step ' || named.step
                when 'negative_tokens' then 'tokens ' || named.tokens
                when 'tokens_out_of_order'
                    then named.tokens || ' tokens at step ' || named.step || ', ' || steps_out_of_order.tokens_before || ' before it,'
                when 'params_out_of_range'
                    then named.params || ' parameters, ' || coalesce(named.params_non_embedding || ' of them', 'none said to be')
                        || ' without embeddings,'
                when 'compute_out_of_range' then 'compute ' || named.compute_flop
                when 'outside_own_interval'
                    then 'value ' || named.value || ' with ends ' || coalesce(named.value_low, '-inf') || ' and '
                        || coalesce(named.value_high, 'inf')
                when 'unknown_unit' then 'unit ' || named.unit
                when 'stderr_out_of_range' then 'standard error ' || named.stderr
                when 'items_out_of_range' then named.n_items || ' items'
                when 'file_out_of_scale'
                    then files_out_of_scale.n_above || ' of the ' || files_out_of_scale.n_values
                        || ' values of this kind in the file are above their bound: it'
                else 'value ' || coalesce(cast(named.value as varchar), 'missing')
            end || ' breaks the rule ' || rule
        end as broken,
    from named
    left join facts_metrics on facts_metrics.metric = named.metric
    left join facts_units on facts_units.unit = named.unit
    left join steps_out_of_order
        on steps_out_of_order.source = named.source
        and steps_out_of_order.run = named.run
        and steps_out_of_order.tokens = named.tokens
    left join files_out_of_scale
        on files_out_of_scale.source = named.source
        and files_out_of_scale.file = named.file
        and files_out_of_scale.kind = named.kind
        and files_out_of_scale.unit is not distinct from if(named.kind = 'loss', named.unit, null)
        and files_out_of_scale.metric_as_published
        is not distinct from if(named.kind = 'score', named.metric_as_published, null)
),
-- To put all values in order by ten texts is dear, and nearly every key is published once. Only those that are not are
-- put in order, and only what tells where they stand: all columns of all rows at once would not fit beside what is written.
repeated as (
    select key_hash from named group by key_hash having count(*) > 1
),
ranked as (
    select
        judged.source,
        judged.file,
        judged.place,
        judged.kind,
        judged.revision,
        row_number() over same_key as publication,
        first_value(value) over same_key as first_published,
        first_value(file) over same_key as first_file,
        -- Equal but for the last digit that a table prints.
        abs(value - first_published) <= 1e-12 * abs(first_published) as is_equal,
    from judged
    semi join repeated on repeated.key_hash = judged.key_hash
    window same_key as (
        partition by rule, checkpoint_id, kind, corpus, unit, revision, task, format, metric, n_shot
        order by precedence, version, file, place
    )
)
select
    judged.* exclude (rule, broken, precedence, key_hash, position),
    case
        when judged.rule is not null then 'rejected'
        when coalesce(ranked.publication, 1) = 1 then 'kept'
        when ranked.is_equal then 'duplicate'
        else 'rejected'
    end as status,
    case
        when judged.rule is not null then judged.rule
        when ranked.publication > 1 and not ranked.is_equal then 'conflicting_duplicate'
    end as rule,
    case
        when judged.rule is not null then judged.broken
        when ranked.publication > 1 and not ranked.is_equal
            then 'value ' || judged.value || ' differs from ' || ranked.first_published || ' in ' || ranked.first_file
                || ', which is kept'
    end as message,
from judged
left join ranked
    on ranked.source = judged.source
    and ranked.file is not distinct from judged.file
    and ranked.place is not distinct from judged.place
    and ranked.kind is not distinct from judged.kind
    and ranked.revision = judged.revision
