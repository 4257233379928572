-- How the evaluation harness asked a task: the setting that fits the task's name and version; else by likelihood.
-- grain: asked_task, asked_version
-- use: staging files of the harness's results
--
-- asked_task: task, as the harness names it
-- asked_version: version of the task; empty where the results give none
select coalesce(any_value(formats.format), 'rc')
from facts_harness_formats as formats
where
    starts_with(asked_task, formats.task_prefix)
    and coalesce(formats.version = asked_version, formats.version is null)
