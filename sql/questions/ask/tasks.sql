-- One row a task that has a curve.
select distinct task from score_curves order by task
