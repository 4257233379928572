-- One row: how much the release holds.
select
    (select count(*) from sources where rows_kept > 0) as sources,
    (select count(*) from runs) as runs,
    (select count(*) from checkpoints) as checkpoints,
    (select count(*) from losses) as losses,
    (select count(*) from scores) as scores,
    (select count(*) from thresholds) as fits
