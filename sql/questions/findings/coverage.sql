-- One row a source and corpus (table forecast_coverage): how often the 90 % interval held left-out runs.
select
    forecast_coverage.source,
    forecast_coverage.corpus,
    count(*) as settings,
    avg(coverage) as coverage,
    median(half_width) as half_width
from forecast_coverage
inner join metrics on metrics.metric = forecast_coverage.metric
where metrics.role = 'accuracy' and coverage is not null
group by forecast_coverage.source, forecast_coverage.corpus
order by forecast_coverage.source, forecast_coverage.corpus
