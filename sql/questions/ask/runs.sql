-- One row a run whose checkpoints have both losses and scores.
select distinct run_id from loss_scores order by run_id
