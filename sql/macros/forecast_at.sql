-- One row a fit and family of models: the score foretold for a model of any size and tokens asked about.
-- grain: series_id, family
-- use: select * from forecast_at(7e9, 2e12)
--
-- The loss comes from the family's law of loss over size and tokens, its interval from the draws of that law, stretched as
-- its runs are few, and from how far one run strays from it; the score is read off the curve of score given loss at that
-- loss, its interval from the curve's and from what the score changes over the interval of the loss. A size or a loss
-- outside those seen is said, and a loss that no curve reaches has no score. A size or tokens not above 0 give no row.
--
-- source: short name of the published set of tables
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- metric: how answers become a number, under one name over all sources
-- loss: loss that the family's law gives for that size and those tokens
-- loss_low: lower end of its 95 % interval
-- loss_high: upper end of its 95 % interval
-- is_reached: whether the curve of score given loss goes as far as that loss
-- score: score foretold; empty where the loss is not reached
-- is_larger: whether the model is larger than all behind the curve, so that the interval is that of a new size
-- chance: score of guessing
-- chance_disputed: whether that chance is in dispute (see task_chance)
-- is_above_chance: whether the lower end of the score's interval is above a chance that nobody disputes
-- extrapolated: whether the loss lies below those seen, or the size outside those that the law was fitted on
-- asked_params: size of the model [parameters]
-- asked_tokens: training tokens of the model [tokens]
with laws as (
    select
        source, family, corpus, unit, comparability_group, form, points,
        irreducible_loss + a / pow(asked_params, alpha) + b / pow(asked_tokens, beta) as loss,
        rmse, stretch,
        asked_params not between params_min and params_max as is_outside_sizes,
    from loss_laws
    where form = 'L(N,D)' and status = 'ok' and asked_params > 0 and asked_tokens > 0
    -- Without outliers, where the law was fitted both ways.
    qualify row_number() over (
        partition by source, family, corpus, unit, comparability_group order by points desc
    ) = 1
),
drawn as (
    select
        laws.source, laws.family, laws.comparability_group,
        quantile_cont(
            exp(law_draws.log_irreducible_loss)
            + exp(law_draws.log_a - law_draws.alpha * ln(asked_params))
            + exp(law_draws.log_b - law_draws.beta * ln(asked_tokens)),
            [0.025, 0.975]
        ) as ends,
    from laws
    inner join law_draws
        on law_draws.source = laws.source
        and law_draws.family is not distinct from laws.family
        and law_draws.comparability_group = laws.comparability_group
        and law_draws.form = laws.form
        and law_draws.points = laws.points
        and law_draws.draw > 0
    group by laws.source, laws.family, laws.comparability_group
),
losses as (
    select
        laws.*,
        1.959964 * rmse * loss as strays,
        loss - sqrt(pow(loss - least(loss, loss * pow(drawn.ends[1] / loss, stretch)), 2) + pow(strays, 2)) as loss_low,
        loss + sqrt(pow(greatest(loss, loss * pow(drawn.ends[2] / loss, stretch)) - loss, 2) + pow(strays, 2)) as loss_high,
    from laws
    left join drawn
        on drawn.source = laws.source
        and drawn.family is not distinct from laws.family
        and drawn.comparability_group = laws.comparability_group
),
on_axis as (
    select
        score_curves.*,
        losses.family,
        losses.loss as loss_asked,
        losses.loss_low,
        losses.loss_high,
        losses.is_outside_sizes,
        -- One standard deviation of the loss to either side.
        (losses.loss_high - losses.loss_low) / (2 * 1.959964) as loss_sd,
        coalesce(asked_params > score_curves.params_max, false) as is_larger,
        case when is_larger then sd_larger else sd end as sd_asked,
        case when is_larger then score_low_larger else score_low end as curve_low,
        case when is_larger then score_high_larger else score_high end as curve_high,
    from losses
    inner join score_curves
        on score_curves.source = losses.source
        and score_curves.corpus = losses.corpus
        and score_curves.unit = losses.unit
        and score_curves.comparability_group = losses.comparability_group
),
-- The rows of the grid on both sides of the loss, and of one standard deviation of it below and above.
read_at as (
    select series_id, family, side, loss_asked + side * loss_sd as loss_read, loss, score, curve_low, curve_high,
    from on_axis, (values (-1), (0), (1)) as sides (side)
),
beside as (
    select
        series_id,
        family,
        side,
        loss_read,
        arg_max({'loss': loss, 'score': score, 'low': curve_low, 'high': curve_high}, loss) filter (loss <= loss_read) as at_or_below,
        arg_min({'loss': loss, 'score': score, 'low': curve_low, 'high': curve_high}, loss) filter (loss >= loss_read) as at_or_above,
    from read_at
    group by series_id, family, side, loss_read
),
-- Beyond the ends of a grid its last row is all that is known.
pairs as (
    select
        series_id,
        family,
        side,
        loss_read,
        coalesce(at_or_below, at_or_above) as one,
        coalesce(at_or_above, at_or_below) as other,
    from beside
),
read as (
    select
        series_id,
        family,
        side,
        coalesce((loss_read - one.loss) / nullif(other.loss - one.loss, 0), 0) as share,
        one.score + share * (other.score - one.score) as score,
        one.low + share * (other.low - one.low) as low,
        one.high + share * (other.high - one.high) as high,
    from pairs
),
changes as (
    select
        series_id,
        family,
        any_value(score) filter (side = 0) as score_asked,
        any_value(low) filter (side = 0) as low_asked,
        any_value(high) filter (side = 0) as high_asked,
        any_value(score) filter (side = -1) - any_value(score) filter (side = 1) as score_change,
    from read
    group by series_id, family
),
curves as (
    select
        on_axis.*,
        score_asked,
        low_asked,
        high_asked,
        -- By how much the interval grows with the error of the loss: standard deviations add up as squares do.
        sqrt(1 + coalesce(pow(score_change / 2 / nullif(sd_asked, 0), 2), 0)) as growth,
    from on_axis
    inner join changes on changes.series_id = on_axis.series_id and changes.family is not distinct from on_axis.family
    qualify row_number() over (
        partition by on_axis.series_id, on_axis.family order by abs(loss - loss_asked), loss
    ) = 1
)
select
    curves.series_id,
    curves.source,
    curves.family,
    curves.task,
    curves.format,
    curves.metric,
    curves.n_shot,
    curves.corpus,
    curves.unit,
    curves.loss_asked as loss,
    curves.loss_low,
    curves.loss_high,
    abs(curves.loss / curves.loss_asked - 1) <= 0.02 as is_reached,
    -- A macro keeps its words, and DuckDB before 2.0 has no function `if`.
    case when is_reached then score_asked end as score,
    curves.is_larger,
    case when is_reached then greatest(score_asked - growth * (score_asked - low_asked), curves.lower_bound) end as score_low,
    case when is_reached then least(score_asked + growth * (high_asked - score_asked), curves.upper_bound) end as score_high,
    curves.chance,
    coalesce(task_chance.chance_disputed, false) as chance_disputed,
    is_reached and score_low > curves.chance and not coalesce(task_chance.chance_disputed, false) as is_above_chance,
    curves.extrapolated or curves.is_outside_sizes as extrapolated,
    curves.n_runs,
    curves.circular,
from curves
left join task_chance
    on task_chance.source = curves.source
    and task_chance.task = curves.task
    and task_chance.format is not distinct from curves.format
order by curves.series_id, curves.family
