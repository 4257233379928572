-- One row a run: one training of one model.
-- grain: run_id
-- use: who trained what; join to checkpoints by run_id
--
-- version: commit or edition of the file that the run came from
select
    run_id,
    any_value(source) as source,
    any_value(run) as run,
    any_value(model) as model,
    any_value(family) as family,
    max(params) as params,
    max(params_non_embedding) as params_non_embedding,
    any_value(params_convention) as params_convention,
    any_value(training_corpus) as training_corpus,
    any_value(tokenizer) as tokenizer,
    any_value(architecture) as architecture,
    any_value(seed) as seed,
    min(version) as version,
from observations
where status = 'kept'
group by run_id
order by run_id
