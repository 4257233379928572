-- a score leaves the bounds of its metric, or its error, items or chance make no sense
-- severity: error
-- blocking: yes
select scores.checkpoint_id, scores.task, scores.metric, scores.score, scores.stderr, scores.n_items, scores.chance
from scores
inner join metrics on metrics.metric = scores.metric
where
    not isfinite(scores.score)
    or scores.score < metrics.lower_bound
    or scores.score > metrics.upper_bound
    or not coalesce(isfinite(scores.stderr) and scores.stderr >= 0, true)
    or scores.n_items <= 0
    or (metrics.unit = 'fraction' and not coalesce(scores.chance between 0 and 1, true))
