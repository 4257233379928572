-- One row a point of Hoffmann et al.'s figure, in the common shape.
-- grain: run
-- use: stacked with the other sources into observations
--
-- The figure gives size, compute and loss; tokens follow as compute / (6 × size). A point is a run of its own.
with points as (
    select
        *,
        cast(round(params) as bigint) as whole_params,
        cast(round(flop / (6 * params)) as bigint) as tokens,
        row_number() over (order by loss desc, "row") <= 5 as is_set_aside,
    from raw_chinchilla_points
)
select
    'chinchilla' as source,
    'N' || whole_params || '-D' || tokens as run,
    'Chinchilla N' || whole_params as model,
    'Chinchilla' as family,
    whole_params as params,
    'as published (read off a figure)' as params_convention,
    'MassiveText' as training_corpus,
    'decoder-only transformer' as architecture,
    tokens,
    flop as compute_flop,
    true as is_final,
    'loss' as kind,
    'massivetext' as corpus_as_published,
    'nats_per_token' as unit,
    'only' as revision,
    loss as value,
    is_set_aside as outlier,
    if(is_set_aside, 'one of the five greatest losses, which the refit leaves out', null) as outlier_reason,
    "commit" as version,
    file,
    'row ' || "row" || ', column loss' as place,
from points
