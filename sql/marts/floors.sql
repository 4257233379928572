-- One row a source, task and format with a chance: what the models with the least compute score, and what errors say.
-- grain: source, task, format
-- use: evidence for task_chance; internal
-- partition: task within source; whole: checkpoints, facts_metrics, runs
--
-- The models with the least compute are the eighth of the checkpoints with the least 6 × params × tokens. They are too
-- small to know anything where none of them took more than 2e17 FLOP. Shots are taken together, the metric is the
-- plainest one.
--
-- metric: metric that the scores are of
-- floor: mean score of the models with the least compute [fraction]
-- floor_checkpoints: how many checkpoints that is
-- is_small: whether they are too small to know anything
-- next_floor: mean score of the eighth of the checkpoints above them [fraction]
-- items_published: number of questions that the source gives beside its scores
-- items_by_stderr: number of questions that the published standard errors mean, where they agree on one
with stacked as (
    select checkpoint_id, run_id, source, task, format, metric, value as score, stderr, n_items, false as is_aggregate
    from observations
    where status = 'kept' and kind = 'score'
    union all by name
    select checkpoint_id, run_id, source, task, format, metric, score, stderr, n_items, true as is_aggregate
    from aggregate_scores
),
accuracies as (
    select stacked.*, 6.0 * runs.params * checkpoints.tokens as compute
    from stacked
    inner join facts_metrics
        on facts_metrics.metric = stacked.metric
        and facts_metrics.role = 'accuracy'
        and facts_metrics.chance_rule = 'task'
    inner join runs on runs.run_id = stacked.run_id
    inner join checkpoints on checkpoints.checkpoint_id = stacked.checkpoint_id
),
plain as (
    select source, task, format, min(metric) as metric from accuracies group by source, task, format
),
plainest as (
    select accuracies.*
    from accuracies
    inner join plain
        on plain.source = accuracies.source
        and plain.task = accuracies.task
        and plain.format is not distinct from accuracies.format
        and plain.metric = accuracies.metric
),
cuts as (
    select
        source,
        task,
        format,
        quantile_disc(compute, 0.125) as low,
        quantile_disc(compute, 0.25) as higher,
    from plainest
    group by source, task, format
),
items as (
    select
        source,
        task,
        format,
        max(n_items) filter (where not is_aggregate) as items_published,
        quantile_disc(score * (1 - score) / (stderr * stderr) + 1, [0.1, 0.5, 0.9])
            filter (where not is_aggregate and stderr > 0 and score between 0.02 and 0.98) as by_stderr,
    from accuracies
    group by source, task, format
)
select
    plainest.source,
    plainest.task,
    plainest.format,
    any_value(plainest.metric) as metric,
    round(favg(score) filter (where compute <= low), 10) as floor,
    count(*) filter (where compute <= low) as floor_checkpoints,
    coalesce(any_value(low) <= 2e17, false) as is_small,
    round(favg(score) filter (where compute > low and compute <= higher), 10) as next_floor,
    any_value(items.items_published) as items_published,
    any_value(
        if(items.by_stderr[3] <= 1.02 * items.by_stderr[1], cast(round(items.by_stderr[2]) as bigint), null)
    ) as items_by_stderr,
from plainest
inner join cuts
    on cuts.source = plainest.source
    and cuts.task = plainest.task
    and cuts.format is not distinct from plainest.format
inner join items
    on items.source = plainest.source
    and items.task = plainest.task
    and items.format is not distinct from plainest.format
group by plainest.source, plainest.task, plainest.format
order by plainest.source, plainest.task, plainest.format
