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
    series_id = $series_id
order by run_id, tokens nulls first, checkpoint_id
