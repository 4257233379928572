-- One row a source, task and setting: whether models below a billion parameters score above chance.
-- grain: source, task, format, metric, n_shot
-- use: which benchmarks tell small models apart
--
-- A checkpoint is above chance by more than three standard errors. Accuracies alone, since only they have a chance.
--
-- n_checkpoints: checkpoints of models below 1e9 parameters
-- n_runs: runs that they belong to
-- n_above: checkpoints above chance
-- best_score: best score among them
-- best_above_chance: that score less chance [fraction]
-- params_first_above: least size that is above chance [parameters]
-- has_signal: whether three checkpoints or more are above chance, and nobody disputes that chance
select
    scores.source,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    any_value(scores.chance) as chance,
    bool_or(scores.chance_disputed) as chance_disputed,
    count(*) as n_checkpoints,
    count(distinct scores.run_id) as n_runs,
    count(*) filter (where scores.score > scores.chance + 3 * scores.stderr) as n_above,
    max(scores.score) as best_score,
    max(scores.score) - any_value(scores.chance) as best_above_chance,
    min(runs.params) filter (where scores.score > scores.chance + 3 * scores.stderr) as params_first_above,
    n_above >= 3 and not bool_or(scores.chance_disputed) as has_signal,
from scores
inner join runs on runs.run_id = scores.run_id
inner join metrics on metrics.metric = scores.metric
where runs.params < 1000000000 and metrics.role = 'accuracy' and scores.chance is not null
group by scores.source, scores.task, scores.format, scores.metric, scores.n_shot
