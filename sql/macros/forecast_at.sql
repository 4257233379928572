-- One row a fit and family of models: the score foretold for a model of any size and tokens asked about.
-- grain: series_id, family
-- use: select * from forecast_at(7e9, 2e12)
--
-- The loss comes from the family's law of loss over size and tokens, its interval from the draws of that law; the score
-- is read off the curve of score given loss at that loss: its interval is that of a model at this very loss, without the
-- error of the law, which `emergence ask --params --tokens` carries. A size or a loss outside those seen is said, and a loss
-- that no curve reaches has no score. A size or tokens that are not above 0 give no row.
--
-- source: short name of the published set of tables
-- format: how the model is asked: mc (answer letter), rc (cloze, by likelihood), generate
-- metric: how answers become a number, under one name over all sources
-- loss: loss that the family's law gives for that size and those tokens
-- loss_low: lower end of its 95 % interval, from the draws of the law, which few runs make too narrow (`emergence ask` widens it)
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
        asked_params not between params_min and params_max as is_outside_sizes,
    from loss_laws
    where form = 'L(N,D)' and status = 'ok' and asked_params > 0 and asked_tokens > 0
    -- Without outliers, where the law was fitted both ways.
    qualify row_number() over (
        partition by source, family, corpus, unit, comparability_group order by points desc
    ) = 1
),
intervals as (
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
curves as (
    select
        score_curves.*,
        laws.family,
        laws.loss as loss_asked,
        laws.is_outside_sizes,
        intervals.ends,
    from laws
    left join intervals
        on intervals.source = laws.source
        and intervals.family is not distinct from laws.family
        and intervals.comparability_group = laws.comparability_group
    inner join score_curves
        on score_curves.source = laws.source
        and score_curves.corpus = laws.corpus
        and score_curves.unit = laws.unit
        and score_curves.comparability_group = laws.comparability_group
    qualify row_number() over (
        partition by score_curves.series_id, laws.family order by abs(score_curves.loss - laws.loss), score_curves.loss
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
    curves.ends[1] as loss_low,
    curves.ends[2] as loss_high,
    -- Between two rows of a grid a score hardly moves; beyond its ends nothing is known.
    abs(curves.loss / curves.loss_asked - 1) <= 0.02 as is_reached,
    -- A macro keeps its words, and DuckDB before 2.0 has no function `if`.
    case when is_reached then curves.score end as score,
    coalesce(asked_params > curves.params_max, false) as is_larger,
    case when is_reached and is_larger then curves.score_low_larger when is_reached then curves.score_low end as score_low,
    case when is_reached and is_larger then curves.score_high_larger when is_reached then curves.score_high end as score_high,
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
