-- One row a checkpoint of the trainings of (Mis)Fitting, in the common shape.
-- grain: run, tokens
-- use: stacked with the other sources into observations
--
-- A run is a size, a number of steps, a learning rate and a sweep. A few were trained twice under all the same names:
-- where the steps of one name start anew in the file, a second run begins. A row that repeats another exactly stays
-- with its run, as the same value again.
-- A size and number of tokens was trained with several learning rates, of which the least final loss is called tuned.
with named as (
    select
        *,
        model || '-' || total_steps || '-lr' || peak_lr || '-' || replace(sweep, '_sweep_test', '') as training,
    from raw_misfitting_points
),
placed as (
    select *, min("row") over (partition by file, training, step, loss) as first_row from named
),
starts as (
    select
        *,
        coalesce(step <= lag(step) over in_file or "row" > 1 + lag("row") over in_file, true) as is_start,
    from placed
    where "row" = first_row
    window in_file as (partition by file, training order by "row")
),
numbered as (
    select file, first_row, count(*) filter (where is_start) over (partition by file, training order by first_row) as number
    from starts
),
runs as (
    select
        placed.*,
        placed.training || if(numbered.number > 1, '-again' || numbered.number, '') as run,
        placed.portion = 1 as is_final,
    from placed
    inner join numbered on numbered.file = placed.file and numbered.first_row = placed.first_row
),
tuned as (
    select *, min(loss) filter (where is_final) over (partition by params, total_steps) as best_loss from runs
)
select
    'misfitting' as source,
    run,
    model,
    'misfitting' as family,
    params,
    params_non_embedding,
    'total' as params_convention,
    'FineWeb and C4' as training_corpus,
    'decoder-only transformer' as architecture,
    step,
    tokens,
    compute_flop,
    is_final,
    'loss' as kind,
    'C4 Eval' as corpus_as_published,
    'nats_per_token' as unit,
    'only' as revision,
    loss as value,
    if(is_final, loss = best_loss, null) as is_tuned,
    "commit" as version,
    file,
    'row ' || "row" || ', column C4 Eval Loss' as place,
from tuned
