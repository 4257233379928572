-- One row a source and axis of loss: how well that loss orders the scores of accuracies.
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
where metrics.role = 'accuracy'
group by all
order by thresholds.source, explained desc, thresholds.corpus, thresholds.unit desc
