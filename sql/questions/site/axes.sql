-- One row a source and axis of loss that its scores are read against: corpus, unit and comparability group.
-- A copy to share may hold fits of a source without its rows.
with read as (
    select source, corpus, unit, comparability_group, checkpoint_id, loss as loss_min, loss as loss_max
    from checkpoint_losses
    union all by name
    select source, corpus, unit, comparability_group, loss_min, loss_max from thresholds
),
used as (
    select
        source,
        corpus,
        unit,
        comparability_group,
        count(distinct checkpoint_id) as n_checkpoints,
        round(min(loss_min), 6) as loss_min,
        round(max(loss_max), 6) as loss_max,
    from read
    group by all
)
select
    used.source,
    used.corpus,
    used.unit,
    used.comparability_group,
    coalesce(min(corpora.title), used.corpus) as title,
    string_agg(distinct corpora.tokenizer, ', ' order by corpora.tokenizer) as tokenizer,
    coalesce(bool_or(corpora.mixed_tokenizers), false) as mixed_tokenizers,
    any_value(used.n_checkpoints) as n_checkpoints,
    any_value(used.loss_min) as loss_min,
    any_value(used.loss_max) as loss_max,
from used
left join corpora
    on corpora.corpus = used.corpus
    and corpora.unit = used.unit
    and corpora.comparability_group = used.comparability_group
group by used.source, used.corpus, used.unit, used.comparability_group
order by used.source, title, used.unit, used.comparability_group, used.corpus
