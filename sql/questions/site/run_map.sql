-- One row a run, setting of summary and checkpoint (eight a run at most, evenly): its score beside the source's curve.
-- expected, sd: the curve that all runs of the source draw, this one among them, and its spread at that loss
-- is_off: outside the 99 % interval of the other runs alone, by table anomalies
-- use: the pages of runs and models
with settings as (
    select summary.series_id
    from summary
    inner join metrics on metrics.metric = summary.metric
    where metrics.role = 'accuracy' and not coalesce(summary.circular, false)
),
read as (
    select
        loss_scores.source,
        loss_scores.run_id,
        loss_scores.series_id,
        loss_scores.checkpoint_id,
        loss_scores.tokens,
        loss_scores.loss,
        loss_scores.score,
        row_number() over (of_run order by loss_scores.tokens nulls first, loss_scores.checkpoint_id) as place,
        count(*) over (partition by loss_scores.run_id, loss_scores.series_id) as n,
    from loss_scores
    inner join settings on settings.series_id = loss_scores.series_id
    window of_run as (partition by loss_scores.run_id, loss_scores.series_id)
),
kept as (
    select * from read where n <= 8 or floor(8 * place / n) <> floor(8 * (place - 1) / n)
),
curves as (
    select series_id, loss, score, sd from score_curves where series_id in (select series_id from settings)
),
placed as (
    select
        kept.*,
        below.loss as loss_below,
        below.score as score_below,
        below.sd as sd_below,
        above.loss as loss_above,
        above.score as score_above,
    from kept
    asof left join curves as below on below.series_id = kept.series_id and below.loss <= kept.loss
    asof left join curves as above on above.series_id = kept.series_id and above.loss >= kept.loss
)
select
    placed.source,
    placed.run_id,
    placed.series_id,
    placed.tokens,
    round(placed.loss, 4) as loss,
    round(placed.score, 4) as score,
    round(
        case
            when loss_above > loss_below
                then score_below + (score_above - score_below) * (placed.loss - loss_below) / (loss_above - loss_below)
            else score_below
        end, 4
    ) as expected,
    round(sd_below, 4) as sd,
    coalesce(anomalies.is_anomaly, false) as is_off,
from placed
left join anomalies
    on anomalies.series_id = placed.series_id and anomalies.checkpoint_id = placed.checkpoint_id
order by placed.source, placed.run_id, placed.series_id, placed.tokens nulls first, placed.checkpoint_id
