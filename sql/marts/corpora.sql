-- One row a corpus, unit and tokenizer: an axis of loss.
-- grain: corpus, unit, tokenizer
-- use: losses share an axis only within a comparability_group
-- partition: corpus; whole: facts_corpora, text_bytes
--
-- title: name for a reader
-- evaluation_text: which text the loss is taken on
-- context_length: tokens of context in the evaluation, where published [tokens]
-- context_length_source: which published file gives the context length
-- held_out: whether the text was held out of training
-- sources: sources that report this loss
-- n_losses: losses on this axis
-- bytes_per_token: mean bytes a token of this text in this tokenizer, where known [bytes]
-- bytes_per_token_low: least that anybody gives; the same where all agree [bytes]
-- bytes_per_token_high: most that anybody gives [bytes]
-- bytes_per_token_source: who gives which bytes a token, and how it was found
-- mixed_tokenizers: whether the group holds losses of several tokenizers that may not have been normalised to one
select
    losses.corpus,
    losses.unit,
    losses.tokenizer,
    coalesce(min(facts_corpora.title), losses.corpus) as title,
    min(facts_corpora.evaluation_text) as evaluation_text,
    min(facts_corpora.context_length) as context_length,
    min(facts_corpora.context_length_source) as context_length_source,
    bool_and(facts_corpora.held_out) as held_out,
    string_agg(distinct losses.source, ', ' order by losses.source) as sources,
    count(*) as n_losses,
    min(text_bytes.bytes_per_token) as bytes_per_token,
    min(text_bytes.bytes_per_token_low) as bytes_per_token_low,
    min(text_bytes.bytes_per_token_high) as bytes_per_token_high,
    min(text_bytes.bytes_per_token_source) as bytes_per_token_source,
    min(losses.comparability_group) as comparability_group,
    bool_or(losses.mixed_tokenizers) as mixed_tokenizers,
from losses
left join facts_corpora
    on facts_corpora.source = losses.source and facts_corpora.corpus_as_published = losses.corpus_as_published
left join text_bytes on text_bytes.tokenizer = losses.tokenizer and text_bytes.corpus = losses.corpus
group by losses.corpus, losses.unit, losses.tokenizer
order by losses.corpus, losses.unit, losses.tokenizer
