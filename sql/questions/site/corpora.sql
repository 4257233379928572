-- One row a corpus, unit and tokenizer, with what was fitted on its axis.
-- n_fits, n_tasks, n_leaving, explained: of the axis, which tokenizers share where losses are in bits
with fitted as (
    select
        corpus,
        unit,
        comparability_group,
        count(*) as n_fits,
        count(distinct task) as n_tasks,
        count(*) filter (where departs) as n_leaving,
        round(median(r2_isotonic), 6) as explained,
    from thresholds
    group by corpus, unit, comparability_group
),
seen as (
    select
        corpus,
        unit,
        tokenizer,
        round(min(loss), 6) as loss_min,
        round(max(loss), 6) as loss_max,
    from losses
    group by corpus, unit, tokenizer
)
select
    corpora.*,
    seen.loss_min,
    seen.loss_max,
    coalesce(fitted.n_fits, 0) as n_fits,
    coalesce(fitted.n_tasks, 0) as n_tasks,
    coalesce(fitted.n_leaving, 0) as n_leaving,
    fitted.explained,
from corpora
left join fitted
    on fitted.corpus = corpora.corpus
    and fitted.unit = corpora.unit
    and fitted.comparability_group = corpora.comparability_group
left join seen
    on seen.corpus = corpora.corpus
    and seen.unit = corpora.unit
    and seen.tokenizer is not distinct from corpora.tokenizer
order by lower(corpora.title), corpora.unit, corpora.tokenizer
