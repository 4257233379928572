-- One row a checkpoint and text of the routed language models, in the common shape.
-- grain: run, checkpoint, corpus_as_published
-- use: stacked with the other sources into observations
--
-- The file does not say how many tokens a step takes, so that a checkpoint is placed by its step. What the file calls
-- the Pile is its part EuroParl. LAMBADA is the loss on its text, not an accuracy. A text that a checkpoint was not
-- evaluated on is empty there.
with losses as (
    unpivot (select * from raw_routing_points)
    on loss_c4, loss_curation_corpus, loss_lambada, loss_pile, loss_validation, loss_wikitext103
    into name col value value
)
select
    'routing' as source,
    concat_ws('-', router_type, model_size_label, num_experts || 'experts', hyper_id) as run,
    concat_ws(' ', router_type, model_size_label, if(num_experts > 1, num_experts || ' experts', null)) as model,
    'routing ' || router_type || if(num_experts > 1, ' ' || num_experts || ' experts', '') as family,
    total_parameter_count as params,
    if(num_experts > 1, 'total, of a mixture of experts', 'total') as params_convention,
    'MassiveText' as training_corpus,
    if(num_experts > 1, 'mixture of experts', 'decoder-only transformer') as architecture,
    cast(seed as varchar) as seed,
    step,
    'step ' || step as checkpoint,
    step = max(step) over (partition by hyper_id) as is_final,
    'loss' as kind,
    col as corpus_as_published,
    'nats_per_token' as unit,
    'only' as revision,
    value,
    "commit" as version,
    file,
    'row ' || "row" || ', column ' || col as place,
from losses
