-- One row a source, task, format, metric, number of shots and corpus: how much there is to fit.
-- grain: series_id
-- use: which benchmarks have signal where, before any fit
-- partition: task, sorted again
-- apart: own
--
-- n_checkpoints: checkpoints with this loss and this score
-- n_runs: runs that they belong to
-- n_sizes: distinct numbers of parameters among them
-- loss_min: least loss
-- loss_max: greatest loss
-- score_min: least score
-- score_max: greatest score
-- share_at_chance: share of checkpoints whose score is within two standard errors of chance [fraction]
-- To count what differs under one short key costs a third of what it does under all that the key stands for.
with varied as (
    select series_id, count(distinct run_id) as n_runs, count(distinct params) as n_sizes
    from loss_scores
    group by series_id
),
covered as (
    select
        series_id,
        source,
        task,
        format,
        metric,
        n_shot,
        corpus,
        unit,
        comparability_group,
        bool_or(circular) as circular,
        count(*) as n_checkpoints,
        min(loss) as loss_min,
        max(loss) as loss_max,
        min(score) as score_min,
        max(score) as score_max,
        bool_or(chance_disputed) as chance_disputed,
        round(avg(cast(abs(score - chance) <= 2 * stderr as integer)), 12) as share_at_chance,
    from loss_scores
    group by all
)
select
    covered.series_id,
    covered.source,
    covered.task,
    covered.format,
    covered.metric,
    covered.n_shot,
    covered.corpus,
    covered.unit,
    covered.comparability_group,
    covered.circular,
    covered.n_checkpoints,
    varied.n_runs,
    varied.n_sizes,
    covered.loss_min,
    covered.loss_max,
    covered.score_min,
    covered.score_max,
    covered.chance_disputed,
    covered.share_at_chance,
from covered
inner join varied on varied.series_id = covered.series_id
order by covered.series_id
