-- One row an accuracy of some runs at a known number of tokens.
select
    scores.run_id, checkpoints.step, checkpoints.tokens, scores.task, scores.format, scores.metric, scores.n_shot, scores.score,
    scores.stderr, metrics.higher_is_better,
from scores
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
inner join metrics on metrics.metric = scores.metric
where list_contains($runs, scores.run_id) and checkpoints.tokens > 0 and metrics.role = 'accuracy'
order by all
