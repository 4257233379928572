-- One row a source and clock (table clocks, accuracies, a metric a task, chosen loss): where loss foretells left-out runs better.
with once as (
    select clocks.*
    from clocks
    inner join metrics on metrics.metric = clocks.metric
    inner join chosen_corpora
        on chosen_corpora.source = clocks.source
        and chosen_corpora.corpus = clocks.corpus
        and chosen_corpora.unit = clocks.unit
        and chosen_corpora.comparability_group is not distinct from clocks.comparability_group
    where
        metrics.role = 'accuracy' and chosen_corpora.by_runs_left_out and clocks.score_unit = 'points'
        and clocks.status = 'ok' and not clocks.circular and clocks.clock <> 'loss'
    qualify row_number() over (
        partition by clocks.source, clocks.task, clocks.format, clocks.clock
        order by clocks.n_checkpoints desc, clocks.n_shot, clocks.metric
    ) = 1
)
select
    source,
    clock,
    any_value(corpus) as corpus,
    count(*) as settings,
    median(error) as error,
    median(error_by_loss) as error_by_loss,
    count(*) filter (where loss_is_better) as loss_better,
    count(*) filter (where not loss_is_better) as loss_worse
from once
group by source, clock
order by source, clock
