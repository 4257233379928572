-- One row a source and format on C4 loss (table thresholds): verdicts and the range of eta among emergent tasks.
select
    thresholds.source,
    thresholds.format,
    thresholds.corpus,
    count(*) as settings,
    count(*) filter (where departs) as emergent,
    count(*) filter (where verdict = 'emergent_sharp') as sharp,
    min(eta) filter (where departs) as eta_min,
    max(eta) filter (where departs) as eta_max,
    median(width) filter (where departs) as width
from thresholds
inner join metrics on metrics.metric = thresholds.metric
where metrics.role = 'accuracy' and thresholds.corpus = 'c4_en'
group by thresholds.source, thresholds.format, thresholds.corpus
order by thresholds.source, thresholds.format
