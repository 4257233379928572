-- One row a task that was fitted: what a person may ask for.
select distinct task from thresholds order by task
