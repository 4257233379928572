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
    from raw_chinchilla_points
    where params > 0 and flop > 0 and loss is not null
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
    "commit" as version,
    file,
    'row ' || "row" || ', column loss' as place,
from points
