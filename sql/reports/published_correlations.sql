-- One row a correlation of loss and score that a paper printed and a fit of ours on the same task.
-- grain: citation, task_as_published, series_id
-- use: hold a paper's own figures beside those of other tables; the paper's corpus and models are its own
--
-- Ours is over all checkpoints of the accuracy, on the corpus that chosen_corpora names. The published figures were read
-- where how_read says.
--
-- citation: the paper
-- location: table or section of it
-- how_read: whether the paper itself was read, or notes on it
-- task_as_published: the task as the paper names it
-- called: what the paper says of the task: always improving, or emergent
-- published_spearman: rank correlation of loss and score that the paper prints
-- published_pearson: correlation of loss and score that the paper prints
-- threshold_loss: loss below which the paper says that the task emerges, on its own corpus [nats per token]
-- spearman: rank correlation of loss and score here, over checkpoints
-- pearson: correlation of loss and score here, over checkpoints
with compared as (
    select published.*, summary.series_id,
    from facts_published_correlations as published
    inner join summary on summary.task = published.task
),
ranked as (
    select
        series_id,
        loss,
        score,
        -- equal values share the mean of their ranks
        rank() over (partition by series_id order by loss)
        + (count(*) over (partition by series_id, loss) - 1) / 2.0 as loss_rank,
        rank() over (partition by series_id order by score)
        + (count(*) over (partition by series_id, score) - 1) / 2.0 as score_rank,
    from loss_scores
    where series_id in (select series_id from compared)
),
ours as (
    select
        series_id,
        -- rounded: the last digits hang on the order of adding and on the version of DuckDB
        round(corr(loss_rank, score_rank), 9) as spearman,
        round(corr(loss, score), 9) as pearson,
    from ranked
    group by series_id
)
select
    compared.citation,
    compared.location,
    compared.how_read,
    compared.task_as_published,
    compared.called,
    compared.published_spearman,
    compared.published_pearson,
    compared.threshold_loss,
    summary.series_id,
    summary.source,
    summary.task,
    summary.format,
    summary.metric,
    summary.n_shot,
    summary.corpus,
    summary.unit,
    summary.circular,
    summary.n_checkpoints,
    summary.n_runs,
    if(isfinite(ours.spearman), ours.spearman, null) as spearman,
    if(isfinite(ours.pearson), ours.pearson, null) as pearson,
    summary.verdict,
from compared
inner join summary on summary.series_id = compared.series_id
inner join ours on ours.series_id = compared.series_id
order by compared.citation, compared.task_as_published, summary.series_id
