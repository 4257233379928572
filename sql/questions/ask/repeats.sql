-- One row a run that repeats a run, itself among them: by its name but for the seed, or the recipe of one's own.
with named as (
    select
        run_id, source, seed,
        if(
            source = 'own', model_as_published,
            regexp_replace(run, '[-_/]?seed[-=_]?[A-Za-z0-9]+(-init)?', '', 'g')
        ) as recipe,
    from runs
)
select other.run_id, other.seed,
from named as mine
inner join named as other on other.source = mine.source and other.recipe = mine.recipe
where mine.run_id = $run
order by other.run_id
