-- One row a checkpoint, corpus and unit: the mean cross-entropy of a checkpoint on a text.
-- grain: checkpoint_id, corpus, unit, revision
-- use: the axis of every fit; only rows with is_used reach one
-- partition: corpus; whole: facts_corpora, runs, text_bytes
-- apart: own
--
-- A loss in nats per token has a second row in bits per byte where the bytes a token of that text and tokenizer are
-- known (see corpora): loss / (ln 2 × bytes_per_token). Those who give these bytes differ; the interval of the converted
-- loss holds all that they give, and byte_conversions says which losses were converted, and why others were not.
--
-- loss: mean cross-entropy on the corpus, in `unit`
-- loss_low: lower end of the published 95 % interval, of a derived loss over all bytes a token that are given [as loss]
-- loss_high: upper end of the published 95 % interval, of a derived loss over all bytes a token that are given [as loss]
-- loss_as_published: the number as printed, where the warehouse converts it
-- loss_source: published, or derived (turned into bits per byte by the warehouse)
-- is_tuned: false where the publisher trained the same size on as many tokens with another setting that did better; empty
--   where settings were not varied
-- is_used: whether fits use this revision: the publisher's last word
-- tokenizer: tokenizer that fixes what a token of this loss is; mixed where the source puts several on one axis
-- comparability_group: losses share an axis only within one group: corpus and tokenizer, or corpus and unit where the
--   unit does not depend on the tokenizer; and the window of the evaluation, where sources are known to use several
-- mixed_tokenizers: whether the source puts losses of several tokenizers on this axis
with described as (
    select
        observations.checkpoint_id,
        observations.run_id,
        observations.source,
        observations.corpus,
        observations.corpus_as_published,
        observations.unit,
        observations.revision,
        observations.value as loss,
        observations.value_low as loss_low,
        observations.value_high as loss_high,
        observations.value_as_published as loss_as_published,
        observations.n_tokens,
        coalesce(observations.outlier, false) as outlier,
        observations.outlier_reason,
        observations.is_tuned,
        observations.evidence_of,
        coalesce(facts_corpora.mixed_tokenizers, false) as mixed_tokenizers,
        coalesce(runs.tokenizer, 'unknown') as run_tokenizer,
        facts_corpora.context_length,
        text_bytes.bytes_per_token,
        text_bytes.bytes_per_token_low,
        text_bytes.bytes_per_token_high,
        observations.version,
        observations.file,
        observations.place,
    from observations
    inner join runs on runs.run_id = observations.run_id
    left join facts_corpora
        on facts_corpora.source = observations.source
        and facts_corpora.corpus_as_published = observations.corpus_as_published
    left join text_bytes on text_bytes.tokenizer = runs.tokenizer and text_bytes.corpus = observations.corpus
    where observations.status = 'kept' and observations.kind = 'loss'
),
published as (
    select
        described.*,
        if(mixed_tokenizers, 'mixed', run_tokenizer) as tokenizer,
        'published' as loss_source,
    from described
),
-- Bits per byte do not depend on the tokenizer, so that a mixed axis ends here.
derived as (
    select
        described.* exclude (unit, loss, loss_low, loss_high, loss_as_published, mixed_tokenizers),
        'bits_per_byte' as unit,
        loss / (ln(2) * bytes_per_token) as loss,
        if(
            loss_low is null and bytes_per_token_low = bytes_per_token_high,
            null,
            coalesce(loss_low, loss) / (ln(2) * bytes_per_token_high)
        ) as loss_low,
        if(
            loss_high is null and bytes_per_token_low = bytes_per_token_high,
            null,
            coalesce(loss_high, loss) / (ln(2) * bytes_per_token_low)
        ) as loss_high,
        coalesce(loss_as_published, loss) as loss_as_published,
        false as mixed_tokenizers,
        run_tokenizer as tokenizer,
        'derived' as loss_source,
    from described
    anti join published as given
        on given.checkpoint_id = described.checkpoint_id
        and given.corpus = described.corpus
        and given.unit = 'bits_per_byte'
    where unit = 'nats_per_token' and bytes_per_token is not null
),
stacked as (
    select * from published
    union all by name
    select * from derived
),
windows as (
    select corpus, unit, count(distinct context_length) > 1 as are_several
    from stacked
    where unit in ('bits_per_byte', 'bits_per_char')
    group by corpus, unit
)
select
    stacked.checkpoint_id,
    stacked.run_id,
    stacked.source,
    stacked.corpus,
    stacked.corpus_as_published,
    stacked.unit,
    stacked.revision,
    stacked.loss,
    stacked.loss_low,
    stacked.loss_high,
    stacked.loss_as_published,
    stacked.loss_source,
    stacked.n_tokens,
    stacked.outlier,
    stacked.outlier_reason,
    stacked.is_tuned,
    stacked.evidence_of,
    stacked.revision in ('only', 'revised') as is_used,
    stacked.tokenizer,
    if(
        windows.corpus is null,
        stacked.corpus || ' ' || stacked.tokenizer,
        stacked.corpus || ' ' || stacked.unit
    )
    || if(coalesce(windows.are_several, false), ', window ' || coalesce(cast(stacked.context_length as varchar), 'unknown'), '') as comparability_group,
    stacked.mixed_tokenizers,
    stacked.version,
    stacked.file,
    stacked.place,
from stacked
left join windows on windows.corpus = stacked.corpus and windows.unit = stacked.unit
order by stacked.corpus, stacked.unit, stacked.checkpoint_id, stacked.revision
