-- One row a run and task: the accuracy of its last checkpoint, and its place among the runs of its source.
-- grain: source, task, format, metric, n_shot, run_id
-- use: which model is best at what, above chance
--
-- Places are within one source and setting, since settings of different sources are not comparable.
--
-- normalized_score: (score - chance) / (1 - chance): 0 at guessing, 1 when all is right; empty without a chance [fraction]
-- place: place among the runs of its source on this task and setting, best first; equals share a place
select
    scores.source,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    runs.run_id,
    runs.model,
    runs.family,
    runs.params,
    checkpoints.tokens,
    scores.score,
    scores.stderr,
    scores.chance,
    scores.chance_disputed,
    (scores.score - scores.chance) / (1 - scores.chance) as normalized_score,
    rank() over (
        partition by scores.source, scores.task, scores.format, scores.metric, scores.n_shot
        order by scores.score desc
    ) as place,
from scores
inner join metrics on metrics.metric = scores.metric and metrics.role = 'accuracy'
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id and checkpoints.is_final
inner join runs on runs.run_id = scores.run_id
