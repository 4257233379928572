-- One row a source, corpus, format and clock (table clocks, accuracies): error of left-out runs, and how often loss is better.
select
    clocks.source,
    clocks.corpus,
    clocks.format,
    clocks.clock,
    count(*) as settings,
    median(clocks.error) as error,
    median(clocks.error_by_loss) as error_by_loss,
    count(*) filter (where loss_is_better) as loss_better,
    count(*) filter (where not loss_is_better) as loss_worse,
from clocks
inner join metrics on metrics.metric = clocks.metric
where metrics.role = 'accuracy' and clocks.score_unit = 'points' and clocks.status = 'ok' and not clocks.circular
group by clocks.source, clocks.corpus, clocks.format, clocks.clock
order by clocks.source, clocks.corpus, clocks.format, clocks.clock
