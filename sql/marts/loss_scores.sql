-- One row a score and loss of one checkpoint: the join that all fits read.
-- grain: series_id, checkpoint_id
-- use: score against loss; filter by series_id, or by source, task, format, metric, n_shot and corpus
-- partition: task within source; whole: checkpoint_losses, checkpoints, facts_circular, metrics, runs
-- apart: own
--
-- Which loss a score meets is told once for all tasks of a checkpoint, in checkpoint_losses.
--
-- series_id: the key of a fit: source/task/format/metric/n_shot/corpus/unit/comparability_group, where `-` is not stated,
--     a slash inside a name is written `:` and a space `_`
-- unit: unit of a loss: nats_per_token, bits_per_byte, bits_per_char, nats_per_last_word
-- n_items: number of questions behind the score [items]
-- chance: score of guessing under this metric, in the score's source and format
-- chance_disputed: whether that chance is in dispute (see task_chance)
-- circular: whether the loss is taken on the very text that the task asks for
with axes as (
    -- What is said of an axis in words stands once, and losses bear its number.
    select
        corpus,
        unit,
        comparability_group,
        concat_ws(
            '/', replace(replace(corpus, '/', ':'), ' ', '_'), unit, replace(replace(comparability_group, '/', ':'), ' ', '_')
        ) as axis_id,
        row_number() over (order by corpus, unit, comparability_group) as axis_number,
    from (select distinct corpus, unit, comparability_group from checkpoint_losses)
),
every_axis as (
    select
        list(
            {corpus: corpus, unit: unit, comparability_group: comparability_group, axis_id: axis_id}
            order by axis_number
        ) as axes,
    from axes
),
-- Millions of wide rows are dear to sort: a score keeps the number of a list of losses until it stands in its place.
losses_met as (
    select
        checkpoint_losses.source,
        checkpoint_losses.checkpoint_id,
        list(
            {
                axis_number: axes.axis_number,
                loss: checkpoint_losses.loss,
                loss_low: checkpoint_losses.loss_low,
                loss_high: checkpoint_losses.loss_high,
                loss_tokens_gap: checkpoint_losses.loss_tokens_gap
            }
            order by checkpoint_losses.corpus, checkpoint_losses.unit
        ) as losses,
    from checkpoint_losses
    inner join axes
        on axes.corpus = checkpoint_losses.corpus
        and axes.unit = checkpoint_losses.unit
        and axes.comparability_group = checkpoint_losses.comparability_group
    group by checkpoint_losses.source, checkpoint_losses.checkpoint_id
),
numbered as (
    select source, checkpoint_id, losses, row_number() over (order by source, checkpoint_id) as list_number
    from losses_met
),
every_list as (
    select list(losses order by list_number) as lists from numbered
),
circular_corpora as (
    select task, list(corpus order by corpus) as corpora from facts_circular group by task
),
scores_in_order as (
    select
        scores.* replace (numbered.source as source),
        -- `translate` says the same and takes four times as long.
        concat_ws(
            '/',
            replace(replace(numbered.source, '/', ':'), ' ', '_'),
            replace(replace(scores.task, '/', ':'), ' ', '_'),
            coalesce(scores.format, '-'),
            replace(replace(scores.metric, '/', ':'), ' ', '_'),
            coalesce(cast(scores.n_shot as varchar), '-')
        ) as setting_id,
        numbered.list_number,
        checkpoints.tokens,
        checkpoints.compute_flop,
        checkpoints.is_final,
        runs.model,
        runs.family,
        runs.params,
        runs.training_corpus,
        metrics.higher_is_better,
        circular_corpora.corpora as circular_corpora,
    from scores
    inner join numbered on numbered.checkpoint_id = scores.checkpoint_id
    inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
    inner join runs on runs.run_id = scores.run_id
    inner join metrics on metrics.metric = scores.metric
    left join circular_corpora on circular_corpora.task = scores.task
    order by
        numbered.source, scores.task, scores.format, scores.metric, scores.n_shot,
        scores.run_id, checkpoints.tokens, scores.checkpoint_id
),
pairs as (
    select * exclude (list_number), unnest((select lists from every_list)[list_number]) as met from scores_in_order
),
placed as (
    select *, (select axes from every_axis)[met.axis_number] as axis from pairs
)
select
    setting_id || '/' || axis.axis_id as series_id,
    source,
    task,
    format,
    metric,
    n_shot,
    axis.corpus,
    axis.unit,
    axis.comparability_group,
    run_id,
    checkpoint_id,
    model,
    family,
    params,
    training_corpus,
    tokens,
    compute_flop,
    is_final,
    met.loss,
    met.loss_low,
    met.loss_high,
    met.loss_tokens_gap,
    score,
    stderr,
    n_items,
    chance,
    chance_disputed,
    higher_is_better,
    coalesce(list_contains(circular_corpora, axis.corpus), false) as circular,
from placed
