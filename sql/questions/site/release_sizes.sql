-- One row: how much the release holds.
select
    (select count(*) from sources) as sources,
    (select count(*) from runs) as runs,
    (select count(*) from checkpoints) as checkpoints,
    (select count(*) from losses) as losses,
    (select count(*) from scores) as scores,
    (select count(*) from loss_scores) as loss_scores,
    (select count(*) from thresholds) as thresholds,
    (select count(*) from tasks) as tasks,
    (select count(*) from rejects) as rejects,
