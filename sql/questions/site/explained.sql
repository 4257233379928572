-- One row a source and axis of loss: how well that loss orders the scores of accuracies; the chosen one first.
select
    thresholds.source,
    thresholds.corpus,
    thresholds.unit,
    thresholds.comparability_group,
    count(*) as n_fits,
    round(avg(coalesce(thresholds.r2_isotonic, 0)), 9) as explained,
    count(*) filter (where thresholds.departs) as n_leaving,
from thresholds
inner join metrics on metrics.metric = thresholds.metric
left join chosen_corpora
    on chosen_corpora.source = thresholds.source
    and chosen_corpora.corpus = thresholds.corpus
    and chosen_corpora.unit = thresholds.unit
    and chosen_corpora.comparability_group = thresholds.comparability_group
where metrics.role = 'accuracy'
group by all
order by
    thresholds.source,
    bool_or(chosen_corpora.source is not null) desc,
    explained desc,
    thresholds.corpus,
    thresholds.unit desc,
    thresholds.comparability_group
