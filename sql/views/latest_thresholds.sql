-- One row a source, task, format and number of shots: the threshold to quote, and how sure it is.
-- grain: source, task, format, metric, n_shot
-- use: where a benchmark leaves chance, in one line a task
--
-- The rows of summary, with the name of the task. Where the verdict is not_identified, eta is left out.
--
-- task_title: name of the task for a reader
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
    case when summary.verdict <> 'not_identified' then summary.eta end as eta,
    case
        when summary.verdict <> 'not_identified'
            then format('[{:.2f}, {:.2f}]', summary.eta_low, summary.eta_high)
    end as eta_interval,
    summary.verdict,
    summary.n_checkpoints,
    summary.n_runs,
    summary.reason,
from summary
left join tasks on tasks.task = summary.task
