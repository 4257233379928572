-- One row a final checkpoint, task, format, metric and number of shots: what a run came to.
-- grain: run_id, task, format, metric, n_shot
-- use: claims about abilities read it; internal
-- partition: run_id within source; whole: checkpoints
--
-- setting: task, format, metric and number of shots, as one text; empty where the number of shots is
select
    scores.source,
    checkpoints.run_id,
    scores.task || ' ' || scores.format || ' ' || scores.metric || ' ' || scores.n_shot as setting,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    scores.score,
from scores
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
where checkpoints.is_final
order by all
