-- One row a run: one training of one model.
-- grain: run_id
-- use: who trained what; join to checkpoints by run_id
-- partition: run_id; whole: facts_model_aliases, names
--
-- model: the trained network, under one name over all sources
-- model_as_published: the trained network, as its source names it
-- tokenizer: tokenizer of the run, under one name over all sources
-- version: commit or edition of the file that the run came from
with published as (
    select
        run_id,
        any_value(source) as source,
        any_value(run) as run,
        any_value(model) as model_as_published,
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
)
select
    published.run_id,
    published.source,
    published.run,
    coalesce(facts_model_aliases.model, published.model_as_published) as model,
    published.model_as_published,
    published.family,
    published.params,
    published.params_non_embedding,
    published.params_convention,
    published.training_corpus,
    coalesce(names.name, published.tokenizer) as tokenizer,
    published.architecture,
    published.seed,
    published.version,
from published
left join names
    on names.kind = 'tokenizer' and names.source = published.source and names.name_as_published = published.tokenizer
left join facts_model_aliases
    on facts_model_aliases.source = published.source
    and facts_model_aliases.model_as_published = published.model_as_published
order by published.run_id
