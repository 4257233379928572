-- One row a trained model of Step Law, in the common shape.
-- grain: run
-- use: stacked with the other sources into observations
--
-- The loss is the training loss as the publisher smoothed it; the text trained on is not named. A size and number of
-- tokens was trained with many learning rates and batch sizes, of which the publisher's laws take the best: only that one
-- is called tuned, since a law of loss over size and tokens means well-tuned trainings.
-- Mixtures of experts count all their parameters; those of one family have as many active for a token.
with points as (
    select *, cast(null as bigint) as active_params, cast(null as varchar) as experts from raw_step_law_dense
    union all by name
    select * from raw_step_law_mixtures
),
tuned as (
    select *, min(loss) over (partition by experts, params, tokens) as best_loss from points
)
select
    'step_law' as source,
    run,
    'Step Law ' || coalesce(experts || ' ', '') || 'N' || coalesce(active_params, params) as model,
    'Step Law ' || coalesce('mixture of experts ' || experts, 'dense') as family,
    params,
    if(experts is null, 'as published', 'total, of a mixture of experts') as params_convention,
    if(experts is null, 'decoder-only transformer', 'mixture of experts') as architecture,
    step,
    tokens,
    6.0 * coalesce(active_params, params) * tokens as compute_flop,
    true as is_final,
    'loss' as kind,
    'training text' as corpus_as_published,
    'nats_per_token' as unit,
    'only' as revision,
    loss as value,
    loss = best_loss as is_tuned,
    "commit" as version,
    file,
    'row ' || "row" || ', column smooth loss' as place,
from tuned
