-- One row a task of a paper's table (table published_correlations): its correlations, and ours over at least ten checkpoints.
-- A number of shots and a format is a setting; rank correlation is Spearman's, linear is Pearson's.
select
    task_as_published,
    called,
    any_value(published_spearman) as published_spearman,
    any_value(published_pearson) as published_pearson,
    count(*) as settings,
    count(distinct source) as sources,
    median(spearman) as spearman,
    min(spearman) as strongest,
    max(spearman) as weakest,
    median(pearson) as pearson,
from published_correlations
where n_checkpoints >= 10 and not circular and spearman is not null and pearson is not null
group by task_as_published, called
order by called, task_as_published
