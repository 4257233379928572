-- One row a checkpoint and score on the one corpus a source on which claims are judged, or on all where none is chosen.
-- grain: series_id, checkpoint_id
-- use: claims about scores and loss read it: a tenth of the join; internal
-- apart: own
select
    series_id, source, task, format, metric, n_shot, corpus, unit, comparability_group, checkpoint_id,
    run_id, params, training_corpus, tokens, loss, score, chance, n_items, circular,
from loss_scores
where
    (source, corpus, unit, comparability_group) in (
        select source, corpus, unit, comparability_group from chosen_corpora where by_runs_left_out
    )
    or source not in (select source from chosen_corpora where by_runs_left_out)
