-- One row a corpus, unit and tokenizer: an axis of loss.
-- grain: corpus, unit, tokenizer
-- use: losses share an axis only within a comparability_group
--
-- title: name for a reader
-- evaluation_text: which text the loss is taken on
-- context_length: tokens of context in the evaluation, where published [tokens]
-- held_out: whether the text was held out of training
-- sources: sources that report this loss
-- bytes_per_token: mean bytes a token on this text, where published [bytes]
-- bytes_per_token_source: who published bytes_per_token
-- comparability_group: corpus and tokenizer, or the corpus alone where the unit does not depend on the tokenizer
-- mixed_tokenizers: whether the group holds losses of several tokenizers that may not have been normalised to one
with reported as (
    select distinct
        observations.source,
        observations.corpus,
        observations.corpus_as_published,
        observations.unit,
        runs.tokenizer,
    from observations
    inner join runs on runs.run_id = observations.run_id
    where observations.status = 'kept' and observations.kind = 'loss'
),
described as (
    select
        reported.corpus,
        reported.unit,
        -- A table that gives several tokenizers on one axis is one axis, and is flagged.
        if(facts_corpora.mixed_tokenizers, 'mixed', reported.tokenizer) as tokenizer,
        coalesce(facts_corpora.mixed_tokenizers, false) as mixed_tokenizers,
        reported.source,
        coalesce(facts_corpora.title, reported.corpus) as title,
        facts_corpora.evaluation_text,
        facts_corpora.context_length,
        facts_corpora.held_out,
        facts_corpora.bytes_per_token,
        facts_corpora.bytes_per_token_source,
    from reported
    left join facts_corpora
        on facts_corpora.source = reported.source
        and facts_corpora.corpus_as_published = reported.corpus_as_published
)
select
    corpus,
    unit,
    coalesce(tokenizer, 'unknown') as tokenizer,
    any_value(title) as title,
    any_value(evaluation_text) as evaluation_text,
    any_value(context_length) as context_length,
    bool_and(held_out) as held_out,
    string_agg(distinct source, ', ' order by source) as sources,
    max(bytes_per_token) as bytes_per_token,
    any_value(bytes_per_token_source) as bytes_per_token_source,
    case
        when unit in ('bits_per_byte', 'bits_per_char') then corpus || ' ' || unit
        else corpus || ' ' || coalesce(tokenizer, 'unknown')
    end as comparability_group,
    bool_or(mixed_tokenizers) as mixed_tokenizers,
from described
group by corpus, unit, tokenizer
order by corpus, unit, tokenizer
