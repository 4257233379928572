-- One row a source, task and format whose chance is in dispute: what is used, and what stands against it.
select distinct
    thresholds.source,
    thresholds.task,
    thresholds.format,
    task_chance.chance,
    task_chance.reason as chance_dispute,
from thresholds
inner join task_chance
    on task_chance.source = thresholds.source
    and task_chance.task = thresholds.task
    and task_chance.format is not distinct from thresholds.format
where thresholds.chance_disputed
order by thresholds.task, thresholds.source, thresholds.format
