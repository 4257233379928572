-- One row a metric: how answers become a number, and which numbers it can give.
-- grain: metric
-- use: bounds, direction and chance of a score
--
-- metric: how answers become a number, under one name over all sources
-- title: name for a reader
-- unit: unit of the score
-- lower_bound: least possible score; empty where there is none
-- upper_bound: greatest possible score; empty where there is none
-- higher_is_better: whether more is better
-- role: accuracy, continuous or answer_loss
-- chance_rule: which chance applies: task (the task's), uniform (1 / choices), brier_sum, brier_mean, or none
-- brier_normalisation: sum or mean over classes, for Brier scores
-- names_as_published: names under which sources publish it
select
    facts_metrics.metric,
    facts_metrics.title,
    facts_metrics.unit,
    facts_metrics.lower_bound,
    facts_metrics.upper_bound,
    facts_metrics.higher_is_better,
    facts_metrics.role,
    facts_metrics.chance_rule,
    facts_metrics.brier_normalisation,
    string_agg(facts_metric_aliases.metric_as_published, ', ' order by facts_metric_aliases.metric_as_published) as names_as_published,
from facts_metrics
left join facts_metric_aliases on facts_metric_aliases.metric = facts_metrics.metric
group by all
order by facts_metrics.metric
