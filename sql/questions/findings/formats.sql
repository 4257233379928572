-- One row a source and format on C4 loss (table thresholds): verdicts, and the departure losses of tasks that leave a floor.
select
    thresholds.source,
    thresholds.format,
    thresholds.corpus,
    count(*) as settings,
    count(*) filter (where departs) as leaving,
    count(*) filter (where verdict = 'sharp') as sharp,
    min(loss_at_2_points) filter (where departs) as departure_min,
    max(loss_at_2_points) filter (where departs) as departure_max,
    median(width) filter (where departs) as width
from thresholds
inner join metrics on metrics.metric = thresholds.metric
where metrics.role = 'accuracy' and thresholds.corpus = 'c4_en'
group by thresholds.source, thresholds.format, thresholds.corpus
order by thresholds.source, thresholds.format
