-- One row a source, corpus and tokenizer with losses in nats per token: whether they stand in bits per byte too, and why.
-- grain: source, corpus, tokenizer
-- use: which losses of different tokenizers share an axis, and what is missing for the others
-- partition: corpus within source; whole: facts_corpora, runs, text_bytes
--
-- A loss is converted only with bytes a token of the very text and tokenizer; it then shares an axis with all losses in
-- bits per byte of that text whose evaluation has the same window, as far as windows are known.
--
-- tokenizer: tokenizer of the runs
-- n_losses: losses in nats per token
-- is_converted: whether they stand in bits per byte too
-- context_length: tokens of context in the evaluation, where published [tokens]
-- comparability_group: the axis in bits per byte that they are on
-- shares_with: other published sources on that axis
-- spread: how far those who give the bytes a token differ, of the value used [fraction]
-- reason: why they are converted or not, and what they may not be compared with
with axes as (
    select
        losses.source,
        losses.corpus,
        coalesce(runs.tokenizer, 'unknown') as tokenizer,
        bool_or(losses.mixed_tokenizers) as is_mixed,
        min(facts_corpora.context_length) as context_length,
        count(*) as n_losses,
    from losses
    inner join runs on runs.run_id = losses.run_id
    left join facts_corpora
        on facts_corpora.source = losses.source and facts_corpora.corpus_as_published = losses.corpus_as_published
    where losses.unit = 'nats_per_token' and losses.loss_source = 'published'
    group by losses.source, losses.corpus, coalesce(runs.tokenizer, 'unknown')
),
converted as (
    select
        losses.source,
        losses.corpus,
        coalesce(runs.tokenizer, 'unknown') as tokenizer,
        min(losses.comparability_group) as comparability_group,
        bool_or(losses.loss_source = 'derived') as is_derived,
    from losses
    inner join runs on runs.run_id = losses.run_id
    where losses.unit = 'bits_per_byte'
    group by losses.source, losses.corpus, coalesce(runs.tokenizer, 'unknown')
),
holders as (
    -- What is said of published sources does not change with runs of one's own, and a copy to share names none.
    select distinct source, corpus, comparability_group from losses where unit = 'bits_per_byte' and source <> 'own'
),
company as (
    select
        converted.source,
        converted.corpus,
        converted.tokenizer,
        string_agg(distinct holders.source, ', ' order by holders.source)
            filter (where holders.comparability_group = converted.comparability_group) as shares_with,
        string_agg(distinct holders.source, ', ' order by holders.source)
            filter (where holders.comparability_group <> converted.comparability_group) as apart_from,
    from converted
    inner join holders on holders.corpus = converted.corpus and holders.source <> converted.source
    group by converted.source, converted.corpus, converted.tokenizer
),
known as (
    select corpus, string_agg(tokenizer, ', ' order by tokenizer) as tokenizers from text_bytes group by corpus
)
select
    axes.source,
    axes.corpus,
    axes.tokenizer,
    axes.n_losses,
    converted.source is not null as is_converted,
    axes.context_length,
    converted.comparability_group,
    company.shares_with,
    (text_bytes.bytes_per_token_high - text_bytes.bytes_per_token_low) / text_bytes.bytes_per_token as spread,
    case
        when axes.tokenizer = 'unknown' then 'not converted: the tokenizer is not named'
        when converted.source is null and axes.is_mixed then
            'not converted: the source does not say whether losses of several tokenizers were brought to one'
        when converted.source is null and known.corpus is null then
            'not converted: nobody gives the bytes a token of this text'
        when converted.source is null then
            'not converted: the bytes a token of this text are known in ' || known.tokenizers || ' alone'
        when not converted.is_derived then 'the source gives bits per byte itself'
        when text_bytes.n_statements > 1 then
            'converted with ' || text_bytes.bytes_per_token || ' bytes a token; the interval holds all '
            || text_bytes.n_statements || ' values that are given'
        else 'converted with ' || text_bytes.bytes_per_token || ' bytes a token'
    end
    || coalesce('; another window of evaluation than ' || company.apart_from || ', so not on one axis with it', '') as reason,
from axes
left join converted
    on converted.source = axes.source and converted.corpus = axes.corpus and converted.tokenizer = axes.tokenizer
left join company
    on company.source = axes.source and company.corpus = axes.corpus and company.tokenizer = axes.tokenizer
left join text_bytes on text_bytes.tokenizer = axes.tokenizer and text_bytes.corpus = axes.corpus
left join known on known.corpus = axes.corpus
order by axes.source, axes.corpus, axes.tokenizer
