-- One row a checkpoint, corpus and unit: the mean cross-entropy of a checkpoint on a text.
-- grain: checkpoint_id, corpus, unit, revision
-- use: the axis of every fit; only rows with is_used reach one
--
-- A loss in nats per token has a second row in bits per byte where the bytes a token of that text and tokenizer are
-- published (see corpora): loss / (ln 2 × bytes_per_token).
--
-- loss: mean cross-entropy on the corpus, in `unit`
-- loss_low: lower end of the published 95 % interval [as loss]
-- loss_high: upper end of the published 95 % interval [as loss]
-- loss_as_published: the number as printed, where the warehouse converts it
-- loss_source: published, or derived (turned into bits per byte by the warehouse)
-- is_used: whether fits use this revision: the publisher's last word
-- tokenizer: tokenizer that fixes what a token of this loss is; mixed where the source puts several on one axis
-- comparability_group: losses share an axis only within one group: corpus and tokenizer, or corpus and unit where the
--   unit does not depend on the tokenizer
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
        observations.evidence_of,
        coalesce(facts_corpora.mixed_tokenizers, false) as mixed_tokenizers,
        coalesce(runs.tokenizer, 'unknown') as run_tokenizer,
        if(facts_corpora.bytes_per_token_tokenizer = runs.tokenizer, facts_corpora.bytes_per_token, null) as bytes_per_token,
        observations.version,
        observations.file,
        observations.place,
    from observations
    inner join runs on runs.run_id = observations.run_id
    left join facts_corpora
        on facts_corpora.source = observations.source
        and facts_corpora.corpus_as_published = observations.corpus_as_published
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
        loss_low / (ln(2) * bytes_per_token) as loss_low,
        loss_high / (ln(2) * bytes_per_token) as loss_high,
        coalesce(loss_as_published, loss) as loss_as_published,
        false as mixed_tokenizers,
        run_tokenizer as tokenizer,
        'derived' as loss_source,
    from described
    where unit = 'nats_per_token' and bytes_per_token is not null
),
stacked as (
    select * from published
    union all by name
    select * from derived
)
select
    checkpoint_id,
    run_id,
    source,
    corpus,
    corpus_as_published,
    unit,
    revision,
    loss,
    loss_low,
    loss_high,
    loss_as_published,
    loss_source,
    n_tokens,
    outlier,
    outlier_reason,
    evidence_of,
    revision in ('only', 'revised') as is_used,
    tokenizer,
    if(unit in ('bits_per_byte', 'bits_per_char'), corpus || ' ' || unit, corpus || ' ' || tokenizer) as comparability_group,
    mixed_tokenizers,
    version,
    file,
    place,
from stacked
order by corpus, unit, checkpoint_id, revision
