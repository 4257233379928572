-- One row a source, task, format and number of shots: the threshold to quote, and how sure it is.
-- grain: source, task, format, metric, n_shot
-- use: where a benchmark leaves chance, in one line a task
--
-- The rows of summary, with the name of the task. The departure loss is the number to quote; eta stands beside
-- it only where a threshold is located whatever the form of curve.
--
-- task_title: name of the task for a reader
-- departure_interval: loss_at_2_points_low and loss_at_2_points_high as text, to two digits
-- eta_interval: eta_low and eta_high as text, to two digits
select
    summary.series_id,
    summary.source,
    summary.task,
    tasks.title as task_title,
    summary.format,
    summary.metric,
    summary.n_shot,
    summary.corpus,
    summary.unit,
    summary.comparability_group,
    summary.circular,
    summary.loss_at_2_points,
    format('[{:.2f}, {:.2f}]', summary.loss_at_2_points_low, summary.loss_at_2_points_high) as departure_interval,
    summary.eta,
    format('[{:.2f}, {:.2f}]', summary.eta_low, summary.eta_high) as eta_interval,
    summary.verdict,
    summary.n_checkpoints,
    summary.n_runs,
    summary.reason,
from summary
left join tasks on tasks.task = summary.task
