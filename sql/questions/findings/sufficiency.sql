-- One row a source, corpus and format (table sufficiency, accuracies): what size and data add once loss is known.
select
    sufficiency.source,
    sufficiency.corpus,
    sufficiency.format,
    count(*) filter (where status = 'ok') as settings,
    count(*) filter (where sufficient) as sufficient,
    count(*) filter (where not sufficient) as insufficient,
    median(abs(slope_params)) as slope,
    median(run_sd) as run_sd,
    median(abs(bias_training_corpus)) as bias_data,
    median(r2_held_out) as r2
from sufficiency
inner join metrics on metrics.metric = sufficiency.metric
where metrics.role = 'accuracy' and sufficiency.score_unit = 'points'
group by sufficiency.source, sufficiency.corpus, sufficiency.format
union all by name
select
    sufficiency.source,
    sufficiency.corpus,
    'all' as format,
    count(*) filter (where status = 'ok') as settings,
    count(*) filter (where sufficient) as sufficient,
    count(*) filter (where not sufficient) as insufficient,
    median(abs(slope_params)) as slope,
    median(run_sd) as run_sd,
    median(abs(bias_training_corpus)) as bias_data,
    median(r2_held_out) as r2
from sufficiency
inner join metrics on metrics.metric = sufficiency.metric
where metrics.role = 'accuracy' and sufficiency.score_unit = 'points'
group by sufficiency.source, sufficiency.corpus
order by source, corpus, format
