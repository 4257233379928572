-- One row a checkpoint of one fit: its loss and its score.
select
    checkpoint_id as checkpoint,
    run_id,
    loss,
    score,
    params,
    tokens,
    compute_flop,
    coalesce(training_corpus, family, source) as "group",
    stderr,
    n_items,
from loss_scores
where
    source = $source
    and task = $task
    and format is not distinct from $format
    and metric = $metric
    and n_shot is not distinct from $n_shot
    and corpus = $corpus
    and unit = $unit
    and comparability_group is not distinct from $comparability_group
order by run_id, tokens nulls first, checkpoint_id
