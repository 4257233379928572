-- One row a source and corpus (table largest_sizes): how well smaller sizes foretold the largest.
select
    largest_sizes.source,
    largest_sizes.corpus,
    count(*) as settings,
    max(params_predicted) / 1e9 as billions,
    avg(coverage) as coverage,
    median(abs(error_at_lowest_loss)) as error,
    avg(cast(error_at_lowest_loss > 0 as integer)) as too_low,
    avg(share_extrapolated) as extrapolated
from largest_sizes
inner join metrics on metrics.metric = largest_sizes.metric
where metrics.role = 'accuracy' and coverage is not null and status = 'ok'
group by largest_sizes.source, largest_sizes.corpus
order by largest_sizes.source, largest_sizes.corpus
