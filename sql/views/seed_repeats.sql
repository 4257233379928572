-- One row a recipe, position, task and setting with several seeds: how far repeats of one training differ.
-- grain: source, recipe, tokens, task, format, metric, n_shot
-- use: the noise between runs that no number of questions removes
--
-- Runs repeat one another where their names are the same but for the seed, at the same number of tokens; runs of one's own
-- where their cards name one recipe.
--
-- recipe: name of the run without its seed; of one's own, the recipe of its card
-- tokens: training tokens seen so far [tokens]
-- n_seeds: runs that repeat the training
-- score_mean: mean score over them
-- score_sd: standard deviation between them
-- score_min: least score
-- score_max: greatest score
-- stderr: standard error that the questions alone would give one run
with repeats as (
    select
        runs.run_id,
        runs.source,
        runs.model,
        runs.params,
        -- A view keeps its words, and DuckDB before 2.0 has no function `if`.
        case
            when runs.source = 'own' then runs.model_as_published
            else regexp_replace(runs.run, '[-_/]?seed[-=_]?[A-Za-z0-9]+(-init)?', '', 'g')
        end as recipe,
    from runs
),
seeded as (
    select source, recipe, count(*) as n from repeats group by source, recipe having count(*) > 1
)
select
    repeats.source,
    repeats.recipe,
    any_value(repeats.params) as params,
    checkpoints.tokens,
    scores.task,
    scores.format,
    scores.metric,
    scores.n_shot,
    count(distinct repeats.run_id) as n_seeds,
    avg(scores.score) as score_mean,
    stddev_samp(scores.score) as score_sd,
    min(scores.score) as score_min,
    max(scores.score) as score_max,
    avg(scores.stderr) as stderr,
from repeats
inner join seeded on seeded.source = repeats.source and seeded.recipe = repeats.recipe
inner join scores on scores.run_id = repeats.run_id
inner join checkpoints on checkpoints.checkpoint_id = scores.checkpoint_id
-- Checkpoints of no known tokens meet at the end of their runs alone.
where checkpoints.tokens is not null or checkpoints.is_final
group by repeats.source, repeats.recipe, checkpoints.tokens, scores.task, scores.format, scores.metric, scores.n_shot
having count(distinct repeats.run_id) > 1
