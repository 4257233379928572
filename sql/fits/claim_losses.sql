-- One row a run and corpus: the loss of its last checkpoint, and what the run is.
-- grain: run_id, corpus, unit, comparability_group
-- use: claims about losses alone read it; internal
select
    runs.source, runs.run_id, runs.model, runs.family, runs.params, runs.training_corpus, runs.tokenizer,
    losses.corpus, losses.unit, losses.comparability_group,
    max(checkpoints.tokens) as tokens,
    arg_max(losses.loss, coalesce(checkpoints.tokens, checkpoints.step, 0)) as loss,
from losses
inner join checkpoints on checkpoints.checkpoint_id = losses.checkpoint_id
inner join runs on runs.run_id = checkpoints.run_id
where losses.is_used and losses.evidence_of is null and not losses.outlier
group by all
order by runs.source, runs.run_id, losses.corpus, losses.unit
