-- One row a score and loss of one checkpoint: the join that all fits read.
-- grain: series_id, checkpoint_id
-- use: score against loss; filter by series_id, or by source, task, format, metric, n_shot and corpus
-- partition: task within source; whole: checkpoints, facts_circular, facts_joint_sources, losses, metrics, runs
-- apart: own
--
-- A score meets the losses of its own checkpoint; where that has none on a corpus, the newest loss of the same run
-- within 2 % of the tokens before it. The match is made once a run and position, and the scores follow by equality.
-- Two sources that evaluate the same released models meet as a joint source, by the model's canonical name.
--
-- series_id: the key of a fit: source/task/format/metric/n_shot/corpus/unit/comparability_group, where `-` is not stated,
--     a slash inside a name is written `:` and a space `_`
-- unit: unit of a loss: nats_per_token, bits_per_byte, bits_per_char, nats_per_last_word
-- loss_low: lower end of the published 95 % interval; empty for a converted loss, whose interval (see losses) holds an
--   error that all losses of its tokenizer share, which is no scatter [as loss]
-- loss_high: upper end of the published 95 % interval; empty for a converted loss [as loss]
-- n_items: number of questions behind the score [items]
-- loss_tokens_gap: tokens between the score's checkpoint and the one whose loss it meets; 0 for the same one [tokens]
-- chance: score of guessing under this metric, in the score's source and format
-- chance_disputed: whether that chance is in dispute (see task_chance)
-- circular: whether the loss is taken on the very text that the task asks for
with positions as (
    select distinct scores.checkpoint_id, checkpoints.run_id, checkpoints.source, checkpoints.tokens
    from scores
    inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
),
-- Most losses of a source without scores are met by nothing, and a row is read again in every join below.
scored as (
    select distinct source from positions
    union
    select loss_source as source from facts_joint_sources
),
used_losses as (
    select
        losses.checkpoint_id,
        losses.run_id,
        losses.corpus,
        losses.unit,
        losses.comparability_group,
        losses.loss,
        losses.loss_low,
        losses.loss_high,
        losses.loss_source,
        checkpoints.tokens,
    from losses
    semi join scored on scored.source = losses.source
    inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
    where losses.is_used
),
run_axes as (
    select distinct run_id, corpus, unit from used_losses
),
exact as (
    select
        positions.source,
        positions.checkpoint_id,
        used_losses.corpus,
        used_losses.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        0 as loss_tokens_gap,
    from positions
    inner join used_losses on used_losses.checkpoint_id = positions.checkpoint_id
),
wanting as (
    select
        positions.source,
        positions.checkpoint_id,
        positions.run_id,
        positions.tokens,
        run_axes.corpus,
        run_axes.unit,
    from positions
    inner join run_axes on run_axes.run_id = positions.run_id
    anti join exact
        on exact.checkpoint_id = positions.checkpoint_id
        and exact.corpus = run_axes.corpus
        and exact.unit = run_axes.unit
    where positions.tokens is not null
),
nearest as (
    select
        wanting.source,
        wanting.checkpoint_id,
        wanting.corpus,
        wanting.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        wanting.tokens - used_losses.tokens as loss_tokens_gap,
    from wanting
    asof join used_losses
        on used_losses.run_id = wanting.run_id
        and used_losses.corpus = wanting.corpus
        and used_losses.unit = wanting.unit
        and used_losses.tokens <= wanting.tokens
    where wanting.tokens - used_losses.tokens <= 0.02 * wanting.tokens
),
models as (
    select checkpoints.checkpoint_id, runs.source, runs.model
    from checkpoints
    inner join runs on runs.run_id = checkpoints.run_id
    where checkpoints.is_final
),
-- The weights of a released model are the same whoever evaluates them: no tokens lie between score and loss.
joint as (
    select
        facts_joint_sources.source,
        evaluated.checkpoint_id,
        used_losses.corpus,
        used_losses.unit,
        used_losses.checkpoint_id as loss_checkpoint_id,
        0 as loss_tokens_gap,
    from facts_joint_sources
    inner join models as evaluated on evaluated.source = facts_joint_sources.score_source
    inner join models as measured
        on measured.source = facts_joint_sources.loss_source and measured.model = evaluated.model
    inner join used_losses on used_losses.checkpoint_id = measured.checkpoint_id
    semi join positions on positions.checkpoint_id = evaluated.checkpoint_id
    qualify row_number() over (
        partition by facts_joint_sources.source, evaluated.checkpoint_id, used_losses.corpus, used_losses.unit
        order by used_losses.checkpoint_id
    ) = 1
),
matched as (
    select * from exact
    union all by name
    select * from nearest
    union all by name
    select * from joint
),
-- What is said of an axis in words stands once, and losses bear its number.
axes as (
    select
        corpus,
        unit,
        comparability_group,
        concat_ws(
            '/', replace(replace(corpus, '/', ':'), ' ', '_'), unit, replace(replace(comparability_group, '/', ':'), ' ', '_')
        ) as axis_id,
        row_number() over (order by corpus, unit, comparability_group) as axis_number,
    from (select distinct corpus, unit, comparability_group from used_losses)
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
        matched.source,
        matched.checkpoint_id,
        list(
            {
                axis_number: axes.axis_number,
                loss: used_losses.loss,
                loss_low: if(used_losses.loss_source = 'derived', null, used_losses.loss_low),
                loss_high: if(used_losses.loss_source = 'derived', null, used_losses.loss_high),
                loss_tokens_gap: matched.loss_tokens_gap
            }
            order by used_losses.corpus, used_losses.unit
        ) as losses,
    from matched
    inner join used_losses
        on used_losses.checkpoint_id = matched.loss_checkpoint_id
        and used_losses.corpus = matched.corpus
        and used_losses.unit = matched.unit
    inner join axes
        on axes.corpus = used_losses.corpus
        and axes.unit = used_losses.unit
        and axes.comparability_group = used_losses.comparability_group
    group by matched.source, matched.checkpoint_id
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
