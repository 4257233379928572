-- One row a checkpoint, corpus and unit: the mean cross-entropy of a checkpoint on a text.
-- grain: checkpoint_id, corpus, unit, revision
-- use: the axis of every fit; only rows with is_used reach one
--
-- loss: mean cross-entropy on the corpus, in `unit`
-- loss_low: lower end of the published 95 % interval [as loss]
-- loss_high: upper end of the published 95 % interval [as loss]
-- loss_as_published: the number as printed, where the warehouse converts it
-- is_used: whether fits use this revision: the publisher's last word
-- comparability_group: losses share an axis only within one group
select
    observations.checkpoint_id,
    observations.run_id,
    observations.source,
    observations.corpus,
    observations.unit,
    observations.revision,
    observations.value as loss,
    observations.value_low as loss_low,
    observations.value_high as loss_high,
    observations.value_as_published as loss_as_published,
    observations.n_tokens,
    observations.revision in ('only', 'revised') as is_used,
    corpora.comparability_group,
    corpora.mixed_tokenizers,
    observations.version,
    observations.file,
    observations.place,
from observations
inner join runs on runs.run_id = observations.run_id
left join corpora
    on corpora.corpus = observations.corpus
    and corpora.unit = observations.unit
    and (corpora.mixed_tokenizers or corpora.tokenizer = coalesce(runs.tokenizer, 'unknown'))
    and contains(', ' || corpora.sources || ', ', ', ' || observations.source || ', ')
where observations.status = 'kept' and observations.kind = 'loss'
order by observations.corpus, observations.unit, observations.checkpoint_id, observations.revision
